import { basename, dirname, resolve } from 'node:path';
import { escapePointer, isRecord, resolvePointer } from '../json-schema.ts';
import { type Finding, formatPath, type Path, type Violation } from '../violation.ts';
import { readDocument, type TextDocument } from './document.ts';
import { violationsOf } from './violations.ts';

/** A document whose references to other files have been brought into it. */
export interface Bundle {
  readonly value: unknown;
  readonly violations: readonly Violation[];
}

/**
 * Follows `$ref`s to files beside a document: each file is put once below `container`, and the references lead there.
 * Every reference must lead somewhere.
 */
export async function bundle(document: TextDocument, container: readonly string[]): Promise<Bundle> {
  const names = new Map<string, string>([[resolve(document.file), '']]);
  const contents = new Map<string, unknown>();
  const violations: Violation[] = [];
  const pending: TextDocument[] = [document];

  for (let current = pending.shift(); current !== undefined; current = pending.shift()) {
    const name = names.get(resolve(current.file)) ?? '';
    const findings: Finding[] = [];
    const others = new Map<string, Path>();
    const rewrite = (reference: string, path: Path): string => {
      const [target = '', fragment = ''] = reference.split('#', 2);
      if (/^[a-z][a-z0-9+.-]*:/i.test(target) || (fragment !== '' && !fragment.startsWith('/'))) {
        findings.push(unsupported(path));
        return reference;
      }
      const file = target === '' ? resolve(current.file) : resolve(dirname(current.file), target);
      const known = names.get(file);
      const name = known ?? uniqueName(basename(file), names);
      if (known === undefined) {
        names.set(file, name);
        others.set(file, path);
      }
      const prefix = name === '' ? '' : `/${[...container, name].map(escapePointer).join('/')}`;
      return `#${prefix}${fragment}`;
    };
    const rewritten = rewriteReferences(current.value, [], rewrite);
    contents.set(name, name === '' ? rewritten : withoutIdentity(rewritten));
    for (const [file, path] of others) {
      const other = await readDocument(file);
      if (other.findings.some(({ rule }) => rule === 'missing-file')) findings.push(dangling(path));
      else violations.push(...violationsOf(other));
      pending.push(other);
    }
    violations.push(...violationsOf({ ...current, findings }));
  }

  const value = attach(contents, container);
  if (violations.length === 0) {
    const findings: Finding[] = [];
    rewriteReferences(value, [], (reference, path) => {
      const inside = path[0] !== container[0] || path.length <= container.length + 2;
      if (resolvePointer(value, reference.slice(1)) === undefined) {
        // In another file the path is not the document's own; the reference itself says where it wanted to go.
        findings.push(dangling(inside || !names.has(String(path[container.length])) ? path : []));
      }
      return reference;
    });
    violations.push(...violationsOf({ ...document, value, findings }));
  }
  return { value, violations };
}

/** Copies a document, giving each `$ref` to a function; what stands in examples and values is no reference. */
function rewriteReferences(
  value: unknown,
  path: Path,
  rewrite: (reference: string, path: Path) => string,
): unknown {
  if (Array.isArray(value))
    return value.map((item, index) => rewriteReferences(item, [...path, index], rewrite));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      if (key === '$ref' && typeof item === 'string') return [key, rewrite(item, [...path, key])];
      if (['const', 'enum', 'default', 'example', 'examples'].includes(key) && !isNamed(path))
        return [key, item];
      return [key, rewriteReferences(item, [...path, key], rewrite)];
    }),
  );
}

/** Whether the keys at a path are names that the author chose, not keywords. */
function isNamed(path: Path): boolean {
  return ['properties', '$defs', 'patternProperties', 'schemas', 'parameters', 'responses'].includes(
    String(path.at(-1)),
  );
}

function withoutIdentity(value: unknown): unknown {
  if (!isRecord(value)) return value;
  const { $id: _id, $schema: _schema, ...rest } = value;
  return rest;
}

function uniqueName(file: string, names: ReadonlyMap<string, string>): string {
  const wanted = file.replace(/\.[a-z]+$/i, '').replaceAll(/[^A-Za-z0-9_.-]+/g, '_');
  const taken = new Set(names.values());
  let name = wanted;
  for (let count = 2; taken.has(name); count++) name = `${wanted}_${count}`;
  return name;
}

function attach(contents: ReadonlyMap<string, unknown>, container: readonly string[]): unknown {
  const root = contents.get('');
  if (contents.size === 1 || !isRecord(root)) return root;
  const result: Record<string, unknown> = { ...root };
  let holder = result;
  for (const key of container) {
    const inner = isRecord(holder[key]) ? { ...holder[key] } : {};
    holder[key] = inner;
    holder = inner;
  }
  for (const [name, value] of contents) {
    if (name !== '') holder[name] = value;
  }
  return result;
}

function dangling(path: Path): Finding {
  return {
    rule: 'dangling-reference',
    path,
    problem: 'leads nowhere',
    allowed: 'a reference such as #/$defs/Money or ./money.json#/$defs/Amount to something that exists',
    fix: `Correct ${formatPath(path) || 'the reference'}, or add what it names.`,
  };
}

function unsupported(path: Path): Finding {
  return {
    rule: 'unsupported-reference',
    path,
    problem: 'leads to the network or to an anchor',
    allowed: 'a reference within the file, or to a file beside it, by JSON Pointer',
    fix: 'Put a copy beside the contract and refer to that.',
  };
}
