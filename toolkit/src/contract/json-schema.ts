/**
 * A JSON Schema (2020-12) as plain data.
 *
 * @example
 * const schema: JsonSchema = { type: 'object', required: ['orderId'], properties: { orderId: { type: 'string' } } };
 */
export type JsonSchema = boolean | { readonly [keyword: string]: unknown };

/** Whether a value is a mapping. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a value can be a schema. */
export function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'boolean' || isRecord(value);
}

/** The value that a JSON Pointer (`/a/b`) leads to. */
export function resolvePointer(document: unknown, pointer: string): unknown {
  let current = document;
  for (const step of splitPointer(pointer)) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, step)) return undefined;
    current = (current as Record<string, unknown>)[step];
  }
  return current;
}

/** The steps of a JSON Pointer. */
export function splitPointer(pointer: string): string[] {
  if (pointer === '') return [];
  return pointer
    .slice(1)
    .split('/')
    .map((step) => decodeStep(step).replaceAll('~1', '/').replaceAll('~0', '~'));
}

function decodeStep(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}

/** Escapes one step of a JSON Pointer. */
export function escapePointer(step: string): string {
  return step.replaceAll('~', '~0').replaceAll('/', '~1');
}
