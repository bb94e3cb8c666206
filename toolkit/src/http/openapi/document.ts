import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { OpenapiError } from './error.ts';
import { type DocumentedOperation, readOperations } from './operations.ts';
import { Place } from './place.ts';

/**
 * An OpenAPI 3.1 document with every file that it refers to; read by {@link loadOpenapi}.
 *
 * @example
 * const { title, version, operations }: OpenapiDocument = await loadOpenapi('openapi.yaml');
 */
export interface OpenapiDocument {
  /** The file's name, for messages. */
  readonly file: string;
  readonly title: string;
  /** The version of the API, not of OpenAPI. */
  readonly version: string;
  /** In the order of the document. */
  readonly operations: readonly DocumentedOperation[];
  /** Every file that was read, by its URI, parsed. */
  readonly files: ReadonlyMap<string, unknown>;
}

/**
 * Reads an OpenAPI 3.1 document (YAML or JSON) and the files that it refers to. References over the network are
 * refused: what an API is must not depend on who answers today.
 *
 * @throws {@link OpenapiError} with everything that is wrong, or not supported here.
 * @example
 * const document = await loadOpenapi(new URL('../openapi.yaml', import.meta.url));
 */
export async function loadOpenapi(file: string | URL): Promise<OpenapiDocument> {
  const path = file instanceof URL ? fileURLToPath(file) : resolve(file);
  const name = basename(path);
  const root = pathToFileURL(path).href;
  const files = await readAll(root, name);
  const document = files.get(root);
  const problems: string[] = [];
  const { openapi, info } = isObject(document) ? document : {};
  if (typeof openapi !== 'string' || !/^3\.1\.\d+$/.test(openapi)) {
    problems.push(
      `${name} openapi is ${JSON.stringify(openapi) ?? 'missing'}: write the document in OpenAPI 3.1`,
    );
  }
  const { title, version } = isObject(info) ? info : {};
  if (typeof title !== 'string') problems.push(`${name} info.title is missing: name the API`);
  if (typeof version !== 'string')
    problems.push(`${name} info.version is missing: give the API a version, such as 1.0.0`);
  const operations = readOperations(new Place(files, root, []), name, problems);
  if (problems.length > 0 || typeof title !== 'string' || typeof version !== 'string') {
    throw new OpenapiError(problems);
  }
  return { file: name, title, version, operations, files };
}

/** Reads a file and, one after the other, all that it refers to. */
async function readAll(root: string, name: string): Promise<Map<string, unknown>> {
  const { parse } = await import('yaml');
  const files = new Map<string, unknown>();
  const waiting = [root];
  const problems: string[] = [];
  for (let uri = waiting.pop(); uri !== undefined; uri = waiting.pop()) {
    if (files.has(uri)) continue;
    let parsed: unknown;
    try {
      // JSON is YAML.
      parsed = parse(await readFile(new URL(uri), 'utf8'));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      problems.push(`${uri === root ? name : fileURLToPath(uri)} can't be read: ${reason}`);
    }
    files.set(uri, parsed);
    for (const reference of references(parsed)) {
      if (reference.startsWith('#')) continue;
      if (/^[a-z][a-z0-9+.-]*:/i.test(reference)) {
        problems.push(
          `${name} refers to ${reference}: keep a copy beside it and refer to that by a relative path`,
        );
        continue;
      }
      const [target = ''] = new URL(reference, uri).href.split('#', 1);
      waiting.push(target);
    }
  }
  if (problems.length > 0) throw new OpenapiError(problems);
  return files;
}

function* references(value: unknown): Generator<string> {
  if (Array.isArray(value)) for (const item of value) yield* references(item);
  else if (isObject(value)) {
    for (const [key, item] of Object.entries(value)) {
      if (key === '$ref' && typeof item === 'string') yield item;
      // An example is data, whatever it looks like.
      else if (key !== 'example' && key !== 'examples' && key !== 'default' && key !== 'const') {
        yield* references(item);
      }
    }
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
