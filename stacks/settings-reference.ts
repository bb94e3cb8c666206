import * as z from 'zod';
import type { Implementation } from '../components/kit/capability.ts';
import { asRecord } from '../components/kit/manifest.ts';
import type { Registry } from '../components/kit/registry.ts';
import { code, markdownTable } from './markdown.ts';
import { defaultsAt, type JsonSchema } from './schema.ts';
import { environmentSchema } from './settings.ts';

/** One field of a settings block. */
export interface SettingsField {
  /** Dotted path within its block. */
  path: string;
  /** What is accepted, in words. */
  type: string;
  default: string;
  description: string;
}

/** The settings reference as a Markdown page, made from the schemas. */
export function settingsReference(registry: Registry): string {
  const top = fieldsOf(z.toJSONSchema(environmentSchema, { io: 'input' }), []).filter(
    (field) => field.path !== 'capabilities',
  );
  return [
    '# Settings',
    '',
    'Everything an environment file may say. The file is `stacks/environments/<name>.yaml`; every field has a default, so it only names what differs. This page is generated from the schemas by `npm run generate`.',
    '',
    '## The environment',
    '',
    table(top),
    ...registry.flatMap((entry) => [
      '',
      `## capabilities.${entry.capability.name}`,
      '',
      `${entry.capability.summary} Written as \`off\`, as the name of an implementation, or as a block with \`use\`. On by default in: ${entry.capability.onIn.join(', ') || 'no profile'}.`,
      ...entry.implementations.flatMap((implementation) => [
        '',
        `### use: ${implementation.name}`,
        '',
        table(implementationFields(implementation)),
      ]),
    ]),
    '',
  ].join('\n');
}

/** The fields of an implementation's block, with the default of each profile. */
export function implementationFields(implementation: Implementation): SettingsField[] {
  const schema: JsonSchema = z.toJSONSchema(implementation.settings, { io: 'input' });
  return fieldsOf(schema, []).map((field) => ({
    ...field,
    default: defaultsAt(implementation, field.path.split('.')) ?? field.default,
  }));
}

function fieldsOf(schema: JsonSchema, path: readonly string[]): SettingsField[] {
  const variants = Array.isArray(schema.oneOf) ? schema.oneOf : undefined;
  if (variants) return mergeVariants(variants.map((variant) => fieldsOf(asRecord(variant) ?? {}, path)));
  const properties = asRecord(schema.properties);
  if (properties) {
    return Object.entries(properties).flatMap(([name, property]) =>
      fieldsOf(asRecord(property) ?? {}, [...path, name]),
    );
  }
  if (path.length === 0) return [];
  const items = asRecord(schema.items);
  const own: SettingsField = {
    path: path.join('.'),
    type: typeText(schema),
    default: schema.default === undefined ? '' : code(schema.default),
    description: String(schema.description ?? items?.description ?? ''),
  };
  const [last = ''] = path.slice(-1);
  const nested = items?.properties ? fieldsOf(items, [...path.slice(0, -1), `${last}[]`]) : [];
  return [own, ...nested];
}

/** Fields that several variants share are listed once, with what each accepts. */
function mergeVariants(variants: readonly SettingsField[][]): SettingsField[] {
  const merged = new Map<string, SettingsField>();
  for (const field of variants.flat()) {
    const known = merged.get(field.path);
    if (!known) merged.set(field.path, field);
    else if (known.type !== field.type) {
      const description = [known.description, field.description].join(' ');
      merged.set(field.path, { ...known, type: `${known.type}, ${field.type}`, description });
    }
  }
  return [...merged.values()];
}

function typeText(schema: JsonSchema): string {
  if (schema.const !== undefined) return code(schema.const);
  if (Array.isArray(schema.enum)) return schema.enum.map(code).join(', ');
  if (Array.isArray(schema.anyOf)) {
    return [...new Set(schema.anyOf.map((one) => typeText(asRecord(one) ?? {})))].join(' or ');
  }
  if (schema.type === 'array') return `list of ${typeText(asRecord(schema.items) ?? {})}`;
  if (schema.type === 'object') return 'block';
  const { minimum, maximum } = schema;
  const whole = Number.MAX_SAFE_INTEGER;
  const range = [
    typeof minimum === 'number' && minimum > -whole ? `from ${minimum}` : '',
    typeof maximum === 'number' && maximum < whole ? `to ${maximum}` : '',
  ];
  const format = typeof schema.format === 'string' ? schema.format : '';
  return [schema.type === 'integer' ? 'whole number' : (schema.type ?? 'any'), format, ...range]
    .filter((part) => part !== '')
    .join(' ');
}

function table(fields: readonly SettingsField[]): string {
  return markdownTable(
    ['Field', 'Accepts', 'Default', 'Meaning'],
    fields.map((field) => [code(field.path), field.type, field.default, field.description]),
  );
}
