/** Writes what is vendored, one folder a release, whole or not at all. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse, stringify } from 'yaml';
import * as z from 'zod';
import { digestOf } from '../../components/kit/canonical.ts';
import type { Manifest } from '../../components/kit/manifest.ts';
import { vendoredFiles } from '../../components/kit/vendored.ts';

const recordSchema = z.strictObject({
  name: z.string(),
  version: z.string(),
  licence: z.string(),
  source: z.string(),
  /** Digest of the file that was fetched. */
  artefact: z.string(),
  /** What it was rendered with; a bundle of definitions has none of it. */
  namespace: z.string().optional(),
  kubernetes: z.string().optional(),
  values: z.record(z.string(), z.unknown()).optional(),
  changes: z.array(z.unknown()).optional(),
  /** Objects of the release that are not installed. */
  leftOut: z.array(z.string()),
  /** Digest of the objects' file. */
  objects: z.string(),
});

/** What the objects in a folder were made from. */
export type VendorRecord = z.infer<typeof recordSchema>;

const heading = '# Written by "ninefold vendor". Another version is got with "ninefold vendor --upgrade".\n';

/** The text of an object list: equal lists are equal texts. */
export function objectsText(objects: readonly Manifest[]): string {
  const documents = objects.map((object) =>
    stringify(object, { lineWidth: 0, aliasDuplicateObjects: false, sortMapEntries: true }),
  );
  return heading + documents.join('---\n');
}

/** Writes a folder. @returns whether anything in it is new */
export function storeObjects(
  vendor: string,
  folder: string,
  objects: readonly Manifest[],
  about: Omit<VendorRecord, 'objects'>,
): boolean {
  const target = join(vendor, folder);
  const text = objectsText(objects);
  const record = heading + stringify({ ...about, objects: digestOf(text) }, { lineWidth: 0 });
  const files = { [vendoredFiles.objects]: text, [vendoredFiles.record]: record };
  const same = Object.entries(files).every(
    ([name, content]) =>
      existsSync(join(target, name)) && readFileSync(join(target, name), 'utf8') === content,
  );
  if (same) return false;
  // Made beside and moved into place: whatever kills the run, a folder is there whole or not at all.
  const beside = join(dirname(target), '.new');
  rmSync(beside, { recursive: true, force: true });
  mkdirSync(beside, { recursive: true });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(beside, name), content);
  rmSync(target, { recursive: true, force: true });
  renameSync(beside, target);
  return true;
}

/** The record of a folder; undefined when it has none, or one that says something else. */
export function readRecord(vendor: string, folder: string): VendorRecord | undefined {
  const file = join(vendor, folder, vendoredFiles.record);
  if (!existsSync(file)) return undefined;
  const parsed = recordSchema.safeParse(parse(readFileSync(file, 'utf8')));
  return parsed.success ? parsed.data : undefined;
}

/** The digest of the objects in a folder, as they are now. */
export function presentDigest(vendor: string, folder: string): string | undefined {
  const file = join(vendor, folder, vendoredFiles.objects);
  return existsSync(file) ? digestOf(readFileSync(file)) : undefined;
}
