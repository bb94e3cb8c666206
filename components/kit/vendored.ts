import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { asRecord, type Manifest } from './manifest.ts';

/**
 * The objects of a release that were vendored, in the order of files and documents; undefined when the folder
 * is not there.
 * @throws Error when a document is not a Kubernetes object.
 */
export function vendoredObjects(vendor: string | undefined, name: string): Manifest[] | undefined {
  const folder = vendor ? join(vendor, name) : undefined;
  if (!folder || !existsSync(folder)) return undefined;
  return readdirSync(folder)
    .filter((file) => /\.ya?ml$/.test(file))
    .sort()
    .flatMap((file) => readObjects(join(folder, file)));
}

function readObjects(file: string): Manifest[] {
  return parseAllDocuments(readFileSync(file, 'utf8'))
    .map((document) => document.toJS() as unknown)
    .filter((object) => object !== null)
    .map((object) => {
      const record = asRecord(object);
      if (!record?.apiVersion || !record.kind || !asRecord(record.metadata)?.name) {
        throw new Error(`${file} holds something that is not a Kubernetes object with a name`);
      }
      return record as unknown as Manifest;
    });
}
