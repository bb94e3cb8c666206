import * as z from 'zod';
import { contractSchema } from '../../src/contract/schema/contract.ts';
import { allowedInWords } from '../../src/contract/schema/fields.ts';
import { type Field, fieldsOf, namedTypes, typeName, typeScriptType } from './field.ts';

/** Every field of the contract as a page of tables. */
export function contractReference(): string {
  const types = [...namedTypes(contractSchema).values()]
    .filter((type) => type.schema instanceof z.ZodObject)
    .reverse();
  const sections = types.map((type) => {
    const rows = fieldsOf(type.schema).map(
      (field) => `| \`${field.name}\` | ${kind(field)} | ${byDefault(field)} | ${field.description} |`,
    );
    return [
      `## ${type.name}`,
      '',
      type.description,
      '',
      '| Field | What it takes | Default | Meaning |',
      '|---|---|---|---|',
      ...rows,
    ].join('\n');
  });
  return [
    '# Every field of the service contract',
    'Made from the schema by `npm run schema -w toolkit`. What the fields are for is told in [the contract](contract.md).',
    ...sections,
    '',
  ].join('\n\n');
}

function byDefault(field: Field): string {
  if (field.required) return 'required';
  if (field.derivedFrom !== undefined) return field.derivedFrom;
  return field.defaultValue === undefined
    ? 'none'
    : `\`${JSON.stringify(field.defaultValue).replaceAll('"', '')}\``;
}

function kind(field: Field): string {
  return escapeCell(kindOf(field.schema));
}

function kindOf(schema: z.ZodType): string {
  if (schema instanceof z.ZodArray) return `list of ${kindOf(schema.element as z.ZodType)}`;
  if (schema instanceof z.ZodRecord) return `mapping of names to ${kindOf(schema.valueType as z.ZodType)}`;
  const name = typeName(schema);
  if (name !== undefined && schema instanceof z.ZodObject) return `[${name}](#${name.toLowerCase()})`;
  if (schema instanceof z.ZodEnum) return schema.options.map((option) => `\`${option}\``).join(', ');
  for (
    let current: z.ZodType | undefined = schema;
    current;
    current = (current._zod.parent ?? innerOf(current)) as z.ZodType | undefined
  ) {
    const words = allowedInWords.get(current)?.allowed;
    if (words !== undefined) return words;
  }
  if (schema instanceof z.ZodNumber) return `a whole number from ${schema.minValue} to ${schema.maxValue}`;
  return typeScriptType(schema, 'written');
}

function innerOf(schema: z.ZodType): unknown {
  return schema instanceof z.ZodPipe ? schema.in : undefined;
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|');
}
