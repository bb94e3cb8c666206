import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { EventViolation } from './invalid-event.ts';

/** Gives what is wrong with data; empty when nothing is. */
export type DataCheck = (data: unknown) => readonly EventViolation[];

const none: readonly EventViolation[] = [];

/**
 * Makes a check of a JSON Schema (2020-12).
 *
 * @throws TypeError when it is no schema, or refers to another that it does not hold.
 */
export function compileSchema(schema: Readonly<Record<string, unknown>>, name: string): DataCheck {
  // One for each schema: two of them may have the same $id, as versions often do.
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  let validate: ReturnType<typeof ajv.compile>;
  try {
    validate = ajv.compile(schema);
  } catch (error) {
    throw new TypeError(
      `the schema of ${name} is not fit: ${error instanceof Error ? error.message : String(error)}`,
      {
        cause: error,
      },
    );
  }
  return (data) => {
    if (validate(data)) return none;
    return (validate.errors ?? []).map(({ instancePath, message }) => ({
      path: `data${instancePath}`,
      problem: message ?? 'is not valid',
    }));
  };
}
