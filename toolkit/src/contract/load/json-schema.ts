import type { Ajv2020, ErrorObject } from 'ajv/dist/2020.js';
import { isRecord, isSchema, type JsonSchema, splitPointer } from '../json-schema.ts';
import type { Finding, Path, Violation } from '../violation.ts';
import { bundle } from './bundle.ts';
import { readDocument } from './document.ts';
import { loadPeer } from './peers.ts';
import { violationsOf } from './violations.ts';

const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

/** Reads a JSON Schema and what it refers to; the schema only when nothing is wrong with it. */
export async function readJsonSchema(
  file: string,
): Promise<{ schema?: JsonSchema; violations: readonly Violation[] }> {
  const document = await readDocument(file);
  if (document.findings.length > 0) return { violations: violationsOf(document) };
  const { value, violations } = await bundle(document, ['$defs']);
  if (violations.length > 0) return { violations };
  const findings = await checkSchema(value);
  if (findings.length > 0 || !isSchema(value))
    return { violations: violationsOf({ ...document, value, findings }) };
  return { schema: value, violations: [] };
}

/** What is wrong with a value as a JSON Schema. */
async function checkSchema(value: unknown): Promise<Finding[]> {
  if (!isSchema(value)) {
    return [finding([], 'is no schema', 'a mapping with keywords of JSON Schema', 'Write a JSON Schema.')];
  }
  if (isRecord(value) && value.$schema !== undefined && value.$schema !== DIALECT) {
    const fix = `Write ${DIALECT}, or leave it out.`;
    return [finding(['$schema'], 'is not the dialect that is read here', DIALECT, fix)];
  }
  const ajv = await createAjv();
  const faults = invalidSchema(ajv, value);
  if (faults.length > 0) return faults;
  ajv.addVocabulary([...extensionsIn(value)]);
  try {
    ajv.compile(structuredClone(value));
    return [];
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return [
      finding([], `can't be used: ${message}`, 'a schema that compiles', 'Correct what the message names.'),
    ];
  }
}

/** What the meta-schema of JSON Schema says against a schema. */
export function invalidSchema(ajv: Ajv2020, schema: JsonSchema): Finding[] {
  if (ajv.validateSchema(schema as Record<string, unknown>)) return [];
  return describeErrors(ajv.errors ?? []);
}

/** Errors of a validator as findings, without those that only repeat others. */
export function describeErrors(errors: readonly ErrorObject[]): Finding[] {
  const findings = new Map<string, Finding>();
  for (const error of errors) {
    if (/\/(oneOf|anyOf)\/\d+\//.test(error.schemaPath) || error.keyword === 'if') continue;
    const path: Path = splitPointer(error.instancePath).map((step) =>
      /^\d+$/.test(step) ? Number(step) : step,
    );
    const extra: unknown =
      error.params.unevaluatedProperty ?? error.params.additionalProperty ?? error.params.missingProperty;
    const full = typeof extra === 'string' ? [...path, extra] : path;
    const key = JSON.stringify(full);
    if (findings.has(key)) continue;
    findings.set(key, {
      rule: 'invalid-document',
      path: full,
      problem: error.message ?? 'is not valid',
      allowed: allowedBy(error),
      fix: 'missingProperty' in error.params ? 'Add it.' : 'Correct it as its specification says.',
    });
  }
  return [...findings.values()];
}

function allowedBy(error: ErrorObject): string {
  const { allowedValues, type, pattern } = error.params;
  if (Array.isArray(allowedValues)) return allowedValues.join(', ');
  if (typeof type === 'string') return `a value of type ${type}`;
  return typeof pattern === 'string'
    ? `a text of the form ${pattern}`
    : 'what the specification of the format says';
}

/** Keywords of others, by their prefix: the only unknown ones that are no slips of the pen. */
function extensionsIn(value: unknown, found = new Set<string>()): Set<string> {
  if (typeof value !== 'object' || value === null) return found;
  for (const [key, item] of Object.entries(value)) {
    if (key.startsWith('x-')) found.add(key);
    extensionsIn(item, found);
  }
  return found;
}

/** A validator for JSON Schema 2020-12 with the standard formats. */
export async function createAjv(): Promise<Ajv2020> {
  const { Ajv2020 } = await loadPeer('ajv', 'JSON Schema', () => import('ajv/dist/2020.js'));
  const formats = await loadPeer('ajv-formats', 'JSON Schema', () => import('ajv-formats'));
  const ajv = new Ajv2020({ allErrors: true, strict: false, strictSchema: true, validateFormats: true });
  formats.default.default(ajv);
  return ajv;
}

function finding(path: Path, problem: string, allowed: string, fix: string): Finding {
  return { rule: 'invalid-document', path, problem, allowed, fix };
}
