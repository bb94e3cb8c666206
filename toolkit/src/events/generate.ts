import { readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Writes TypeScript for the JSON Schema of an event: its type, by `openapi-typescript`, and the schema itself, both for
 * {@link defineEvent}. They are named by the schema's `title`, else by the file. The same schema always gives the same
 * text, and the text needs no compiler but one that strips types.
 *
 * @throws TypeError for what is no schema, or refers to other files.
 * @example
 * await writeFile('order-placed.ts', await generateEvent('events/placed.json'));
 * // export type OrderPlaced = …; export const orderPlacedSchema = …;
 */
export async function generateEvent(file: string | URL): Promise<string> {
  const path = file instanceof URL ? fileURLToPath(file) : file;
  const name = basename(path);
  const { parse } = await import('yaml');
  const schema: unknown = parse(await readFile(path, 'utf8'));
  if (!isObject(schema)) throw new TypeError(`${name} is no JSON Schema: it takes an object`);
  const foreign = [...references(schema)].filter((reference) => !/^#(\/\$defs\/[^/]+)?$/.test(reference));
  if (foreign.length > 0) {
    throw new TypeError(
      `${name} refers to ${foreign.join(', ')}: keep what it refers to under its own $defs`,
    );
  }
  const title = typeof schema.title === 'string' ? schema.title : basename(name, extname(name));
  const typeName = pascalCase(title);
  const types = await generateTypes(typeName, schema);
  return [
    `// Written by \`ninefold-toolkit generate ${name}\`. Do not edit.\n\n`,
    types,
    `\n/** The JSON Schema of {@link ${typeName}}. */\n`,
    `export const ${typeName.charAt(0).toLowerCase()}${typeName.slice(1)}Schema = ${JSON.stringify(schema, null, 2)};\n`,
  ].join('');
}

async function generateTypes(name: string, schema: Record<string, unknown>): Promise<string> {
  const { default: openapiTypescript, astToString } = await import('openapi-typescript');
  const { $defs, $schema: _, $id: __, ...root } = schema;
  const definitions = isObject($defs) ? $defs : {};
  const schemas = Object.fromEntries(
    Object.entries({ ...definitions, [name]: root }).map(([key, value]) => [
      key,
      moveReferences(value, name),
    ]),
  );
  const types = astToString(
    await openapiTypescript(
      JSON.stringify({
        openapi: '3.1.0',
        info: { title: name, version: '1.0.0' },
        paths: {},
        components: { schemas },
      }),
      { immutable: true, rootTypes: true, rootTypesNoSchemaPrefix: true, silent: true },
    ),
  );
  // What an API has beside schemas, an event has not.
  const start = types.indexOf('export interface components');
  return types
    .slice(start)
    .replace(/^export type (\$defs|operations|webhooks) = Record<string, never>;\n/gm, '')
    .replace('export interface components', 'interface components');
}

/** Schemas stand side by side in a document, where their own definitions stood below them. */
function moveReferences(value: unknown, name: string): unknown {
  if (Array.isArray(value)) return value.map((item) => moveReferences(item, name));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      if (key !== '$ref' || typeof item !== 'string') return [key, moveReferences(item, name)];
      return [
        key,
        item === '#' ? `#/components/schemas/${name}` : item.replace('#/$defs/', '#/components/schemas/'),
      ];
    }),
  );
}

function* references(value: unknown): Generator<string> {
  if (Array.isArray(value)) for (const item of value) yield* references(item);
  else if (isObject(value)) {
    for (const [key, item] of Object.entries(value)) {
      if (key === '$ref' && typeof item === 'string') yield item;
      else yield* references(item);
    }
  }
}

function pascalCase(text: string): string {
  const name = text
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
  return /^[A-Z]/.test(name) ? name : `Event${name}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
