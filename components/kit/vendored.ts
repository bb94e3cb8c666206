import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { canonicalJson, digestOf } from './canonical.ts';
import type { CrdBundle } from './kinds.ts';
import { asRecord, type Manifest } from './manifest.ts';
import type { Release } from './release.ts';

/** The file with the objects in the folder of a release, and the one that says what they were made from. */
export const vendoredFiles = { objects: 'objects.yaml', record: 'record.yaml' } as const;

/**
 * The folder of a release within `vendor/`. What decides what is rendered is in its name, so that several
 * environments stand side by side and share what is the same.
 * @param kubernetes Minor version of the cluster, such as `1.36`
 */
export function releaseFolder(release: Release, kubernetes: string): string {
  const { upstream, namespace, values = {}, changes = [] } = release;
  const { source, allowances = [] } = upstream;
  const key = digestOf(canonicalJson({ source, allowances, namespace, values, changes, kubernetes }));
  return join(upstream.name, `${upstream.version}-${key.slice('sha256:'.length).slice(0, 12)}`);
}

/** The folder of a bundle of definitions within `vendor/`. */
export function definitionsFolder(bundle: Pick<CrdBundle, 'name' | 'version'>): string {
  return join(`${bundle.name}-crds`, bundle.version);
}

/** The folders of all that is vendored of a release, whatever the values, within `vendor/`. */
export function vendoredFolders(vendor: string, name: string): string[] {
  const folder = join(vendor, name);
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map((entry) => join(name, entry.name))
    .sort();
}

/**
 * The objects in a folder of `vendor/`, in their order; undefined when the folder is not there.
 * @throws Error when a document is not a Kubernetes object
 */
export function vendoredObjects(vendor: string | undefined, folder: string): Manifest[] | undefined {
  const file = vendor ? join(vendor, folder, vendoredFiles.objects) : undefined;
  return file && existsSync(file) ? parseObjects(readFileSync(file, 'utf8'), file) : undefined;
}

/**
 * The Kubernetes objects in a YAML text; lists of objects are taken apart.
 * @param name Where the text comes from, for the error
 * @throws Error when a document is not a Kubernetes object
 */
export function parseObjects(text: string, name: string): Manifest[] {
  return parseAllDocuments(text, { merge: true }).flatMap((document) => {
    const [error] = document.errors;
    if (error) throw new Error(`${name} is not YAML: ${error.message}`);
    return objectsOf(document.toJS(), name);
  });
}

function objectsOf(value: unknown, name: string): Manifest[] {
  if (value === null || value === undefined) return [];
  const record = asRecord(value);
  if (record?.kind === 'List' && Array.isArray(record.items)) {
    return record.items.flatMap((item) => objectsOf(item, name));
  }
  if (!record?.apiVersion || !record.kind || !asRecord(record.metadata)?.name) {
    throw new Error(`${name} holds something that is not a Kubernetes object with a name`);
  }
  return [record as unknown as Manifest];
}
