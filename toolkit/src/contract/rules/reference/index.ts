import { checkCompatibility } from '../../compatibility/index.ts';
import { isSchema, type JsonSchema } from '../../json-schema.ts';
import { openApiSchemas } from '../../openapi-schemas.ts';
import type { LoadedContract } from '../../references.ts';
import type { ReferenceRule } from '../rule.ts';
import { findField } from './field.ts';

/** Order is kept by a key that every event has. */
const keysExist: ReferenceRule = function* ({ contract, references }) {
  for (const [index, { key, schema, version }] of contract.publishes.entries()) {
    const document = references.schemas[schema];
    if (document === undefined) continue;
    const { exists, required, kinds } = findField(document, key);
    const scalar = [...kinds].every((kind) => kind === 'string' || kind === 'integer');
    if (exists && required && scalar) continue;
    const problem = !exists ? 'is no field' : required ? 'is not only a text or whole number' : 'is optional';
    yield {
      rule: 'unusable-key',
      path: ['publishes', index, 'key'],
      problem: `${problem} in version ${version} of the event`,
      allowed: 'a required field of the schema that holds a text or a whole number',
      fix:
        exists && !required ? `Require it in ${schema}, or choose another field.` : 'Choose another field.',
    };
  }
};

/** A new version keeps what the topic promises. */
const promisesHold: ReferenceRule = function* ({ contract, references }) {
  for (const [index, { previous, version, schema, compatibility }] of contract.publishes.entries()) {
    const versions = [...previous, { version, schema }].flatMap((item) => {
      const document = references.schemas[item.schema];
      return document === undefined ? [] : [{ version: item.version, schema: document }];
    });
    if (versions.length <= previous.length) continue;
    for (const { reader, writer, incompatibilities } of checkCompatibility(compatibility, versions)) {
      const [first, ...more] = incompatibilities;
      const also = more.length === 0 ? '' : `, and ${more.length} more`;
      yield {
        rule: 'broken-compatibility',
        path: ['publishes', index, 'schema'],
        problem: `breaks ${compatibility}: version ${reader} can't read version ${writer}, since ${first?.path || 'the event'} ${first?.reason}${also}`,
        allowed: `a version that keeps ${compatibility}`,
        fix: 'Change the schema, or publish the new form as another topic.',
      };
    }
  }
};

/** What is to be encrypted exists. */
const encryptedFieldsExist: ReferenceRule = function* (loaded) {
  const schemas = [...schemasOf(loaded)];
  if (schemas.length === 0) return;
  for (const [index, field] of loaded.contract.data.encrypt.entries()) {
    if (schemas.some(({ name, schema }) => holds(schema, field, name))) continue;
    yield {
      rule: 'unknown-encrypted-field',
      path: ['data', 'encrypt', index],
      problem: 'is a field of no schema of the service',
      allowed:
        'a field of an event or of a schema in its OpenAPI document, such as customer.email or Customer.email',
      fix: 'Correct the path, or remove it.',
    };
  }
};

/** Whether a schema has a field, told from its top or from its name. */
function holds(schema: JsonSchema, field: string, name: string | undefined): boolean {
  if (findField(schema, field).exists) return true;
  return (
    name !== undefined &&
    field.startsWith(`${name}.`) &&
    findField(schema, field.slice(name.length + 1)).exists
  );
}

function* schemasOf({ references }: LoadedContract): Iterable<{ name?: string; schema: JsonSchema }> {
  for (const schema of Object.values(references.schemas)) yield { schema };
  const document = references.openapi;
  if (document === undefined) return;
  for (const { path, schema } of openApiSchemas(document)) {
    if (!isSchema(schema)) continue;
    // References start at the top of the document, so it goes along.
    const rooted = typeof schema === 'boolean' ? schema : { ...schema, components: document.components };
    const named = path.length === 3 && path[1] === 'schemas';
    yield { schema: rooted, ...(named && { name: String(path[2]) }) };
  }
}

/** What one contract must keep together with the files it refers to. */
export const referenceRules: readonly ReferenceRule[] = [encryptedFieldsExist, keysExist, promisesHold];
