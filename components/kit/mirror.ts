import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { cleanDefinition, cleaningVersion } from './definition-cleaning.ts';
import { type CustomKind, crdName } from './kinds.ts';
import { asRecord, type Manifest } from './manifest.ts';
import type { PlannedCrds } from './plan.ts';

/**
 * The planned definitions as a mirror directory holds them, cleaned; undefined when there is no mirror or it
 * lacks one of them, because half a release is no release.
 */
export function mirrorDefinitions(
  locations: { mirror?: string | undefined; cache?: string | undefined },
  planned: PlannedCrds,
): Manifest[] | undefined {
  const { mirror, cache } = locations;
  if (!mirror || !existsSync(mirror)) return undefined;
  const preferred = join(mirror, planned.bundle.mirrorFolder);
  const found = planned.kinds.map((kind) => {
    const file = findDefinition(preferred, kind) ?? findDefinition(mirror, kind);
    return file ? readDefinition(file, kind, cache) : undefined;
  });
  return found.every((one) => one !== undefined) ? found : undefined;
}

/** The first file in a directory, by path, that holds the definition of a kind. */
function findDefinition(directory: string, kind: CustomKind): string | undefined {
  const name = new RegExp(`^  name: ["']?${crdName(kind).replaceAll('.', '\\.')}["']?\\s*$`, 'm');
  return yamlFiles(directory).find((file) => {
    const text = readFileSync(file, 'utf8');
    return text.includes('kind: CustomResourceDefinition') && name.test(text);
  });
}

function readDefinition(file: string, kind: CustomKind, cache: string | undefined): Manifest | undefined {
  const text = readFileSync(file, 'utf8');
  const key = createHash('sha256')
    .update(`${cleaningVersion}\n${crdName(kind)}\n${text}`)
    .digest('hex');
  const kept = cache ? join(cache, `${key}.json`) : undefined;
  if (kept && existsSync(kept)) return JSON.parse(readFileSync(kept, 'utf8'));
  const definition = parseAllDocuments(text)
    .map((document) => document.toJS() as unknown)
    .find((object) => isDefinitionOf(object, kind));
  if (!definition) return undefined;
  const cleaned = cleanDefinition(definition as Manifest);
  if (kept && cache) {
    mkdirSync(cache, { recursive: true });
    // Written beside and renamed, so that a killed run leaves no half file to be believed.
    writeFileSync(`${kept}.${process.pid}`, JSON.stringify(cleaned));
    renameSync(`${kept}.${process.pid}`, kept);
  }
  return cleaned;
}

function isDefinitionOf(object: unknown, kind: CustomKind): boolean {
  const record = asRecord(object);
  return record?.kind === 'CustomResourceDefinition' && asRecord(record.metadata)?.name === crdName(kind);
}

function yamlFiles(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.ya?ml$/.test(file))
    .sort()
    .map((file) => join(directory, file));
}
