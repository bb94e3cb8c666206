import { readFile } from 'node:fs/promises';
import type { Document, Node, Pair } from 'yaml';
import type { ContractSource, Finding, Path, Position } from '../violation.ts';

/** A finding about a file that knows its place, when no path leads there. */
export type LocatedFinding = Finding & { readonly position?: Position };

/** A YAML or JSON file with the position of everything in it. */
export interface TextDocument extends ContractSource {
  /** Undefined when the file could not be read as YAML. */
  readonly value: unknown;
  /** What is wrong with the file as YAML. */
  readonly findings: readonly LocatedFinding[];
  locate(path: Path): Position | undefined;
}

/** Reads a YAML or JSON file; faults of the file are findings, not exceptions. */
export async function readDocument(file: string): Promise<TextDocument> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => describeReadError(error));
  if (typeof text !== 'string')
    return { file, value: undefined, findings: [text.finding], locate: () => undefined };
  return parseDocumentText(text, file);
}

/** Why a file can't be read, as a finding about it. */
export function describeReadError(error: unknown): { readonly finding: Finding } {
  const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
  return {
    finding: {
      rule: missing ? 'missing-file' : 'unreadable-file',
      path: [],
      problem: missing
        ? 'does not exist'
        : `can't be read: ${error instanceof Error ? error.message : error}`,
      allowed: 'a file that exists and can be read',
      fix: missing ? 'Create it, or correct its name.' : 'Make it readable.',
    },
  };
}

/** Reads the text of a YAML or JSON file. */
export async function parseDocumentText(text: string, file: string): Promise<TextDocument> {
  // Loaded on first use: a service that is handed its contract as a value never needs it.
  const { LineCounter, parseDocument } = await import('yaml');
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const position = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const findings: LocatedFinding[] = document.errors.map((error) => ({
    rule: 'invalid-yaml',
    path: [],
    value: undefined,
    problem: error.message,
    allowed: 'one YAML document',
    fix: 'Correct the syntax.',
    position: position(error.pos[0]),
  }));
  let value: unknown;
  if (findings.length === 0) {
    try {
      value = document.toJS({ maxAliasCount: 100 });
    } catch (error) {
      findings.push({
        rule: 'invalid-yaml',
        path: [],
        value: undefined,
        problem: error instanceof Error ? error.message : String(error),
        allowed: 'one YAML document whose aliases are few and lead somewhere',
        fix: 'Write the values out.',
        position: position(0),
      });
    }
  }
  const offsets = new Map<string, number>();
  return {
    file,
    value,
    findings,
    locate(path) {
      const key = JSON.stringify(path);
      const offset = offsets.get(key) ?? offsetOf(document, path);
      offsets.set(key, offset);
      return position(offset);
    },
  };
}

/** Where a path stands: its value if that is on one line, else its key; for a missing path the nearest one above. */
function offsetOf(document: Document.Parsed, path: Path): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const step of path) {
    const pair = findPair(node, step);
    const item = pair ? pair.value : findItem(node, step);
    if (pair === undefined && item === undefined) return offset;
    const ownStart = startOf(isCollection(item) && pair ? pair.key : item);
    offset = ownStart ?? startOf(pair?.key) ?? offset;
    node = resolveAlias(document, item);
  }
  return offset;
}

function findPair(node: unknown, step: string | number): Pair | undefined {
  if (!isCollection(node)) return undefined;
  return (node.items as unknown[]).find(
    (item): item is Pair => isPair(item) && keyText(item.key) === String(step),
  );
}

function findItem(node: unknown, step: string | number): unknown {
  if (!isCollection(node) || typeof step !== 'number') return undefined;
  const item = node.items[step];
  return isPair(item) ? undefined : item;
}

function keyText(key: unknown): string {
  return typeof key === 'object' && key !== null && 'value' in key ? String(key.value) : String(key);
}

function isPair(item: unknown): item is Pair {
  return typeof item === 'object' && item !== null && 'key' in item;
}

function isCollection(node: unknown): node is { items: unknown[] } {
  return typeof node === 'object' && node !== null && 'items' in node && Array.isArray(node.items);
}

function startOf(node: unknown): number | undefined {
  return typeof node === 'object' && node !== null && 'range' in node ? (node as Node).range?.[0] : undefined;
}

function resolveAlias(document: Document.Parsed, node: unknown): unknown {
  if (typeof node !== 'object' || node === null || !('source' in node) || !('resolve' in node)) return node;
  return typeof node.resolve === 'function' ? node.resolve(document) : node;
}
