import * as z from 'zod';
import { contractSchema } from '../../src/contract/schema/contract.ts';
import { fieldsOf, type NamedType, namedTypes, typeName, typeScriptType } from './field.ts';

/** The contract's types with their documentation, written and read, as a TypeScript file. */
export function contractTypes(): string {
  const types = [...namedTypes(contractSchema).values()];
  const body = types.flatMap((type) =>
    type.schema instanceof z.ZodObject
      ? [declaration(type, 'written'), declaration(type, 'read')]
      : [comment(type.description, `const value: ${type.name} = ${literal(type.example)};`) + alias(type)],
  );
  const units = ['ByteSize', 'Duration', 'ProcessorTime', 'Rate'].flatMap((unit) => [unit, `${unit}Text`]);
  return [
    '// Written by `npm run schema -w toolkit` from ../schema. Do not edit.',
    `import type { ${units.join(', ')} } from '../units.ts';`,
    ...body,
    '',
  ].join('\n\n');
}

function alias(type: NamedType): string {
  return `export type ${type.name} = ${typeScriptType(type.schema, 'read', type.name)};`;
}

function declaration(type: NamedType, side: 'written' | 'read'): string {
  const name = side === 'written' ? `${type.name}Input` : type.name;
  const lines = fieldsOf(type.schema).map((field) => {
    const present =
      field.required || (side === 'read' && (field.derivedFrom ?? field.defaultValue) !== undefined);
    const byDefault =
      field.derivedFrom ??
      (field.defaultValue === undefined ? undefined : JSON.stringify(field.defaultValue));
    const text = [field.description, ...(byDefault === undefined ? [] : [`@default ${byDefault}`])];
    return `  /** ${text.join(' ')} */\n  readonly ${field.name}${present ? '' : '?'}: ${typeScriptType(field.schema, side)};`;
  });
  const purpose =
    side === 'written'
      ? `${type.description} As written.`
      : `${type.description} As read, with all defaults.`;
  const code =
    side === 'written' ? `const value: ${name} = ${literal(type.example)};` : readingOf(name, type.schema);
  return `${comment(purpose, code)}export interface ${name} {\n${lines.join('\n')}\n}`;
}

function comment(text: string, code: string): string {
  const lines = [text, '', '@example', ...code.split('\n')];
  return `/**\n${lines.map((line) => (line === '' ? ' *' : ` * ${line}`)).join('\n')}\n */\n`;
}

/** A function that reads a value of the type out of a contract. */
function readingOf(name: string, schema: z.ZodType): string {
  const way = wayTo(schema, contractSchema, 'contract') ?? 'contract';
  const result = way.includes('?') ? `${name} | undefined` : name;
  return `function read(contract: ServiceContract): ${result} {\n  return ${way.replace(/\?$/, '')};\n}`;
}

/** The expression that leads from a value of one schema to a value of another. */
function wayTo(target: z.ZodType, schema: z.ZodType, way: string): string | undefined {
  if (typeName(schema) !== undefined && typeName(schema) === typeName(target)) return way;
  if (schema instanceof z.ZodArray) return wayTo(target, schema.element as z.ZodType, `${way}[0]?`);
  if (schema instanceof z.ZodRecord) return wayTo(target, schema.valueType as z.ZodType, `${way}.name?`);
  for (const field of fieldsOf(schema)) {
    const present = field.required || field.derivedFrom !== undefined || field.defaultValue !== undefined;
    const found = wayTo(target, field.schema, `${way}.${field.name}${present ? '' : '?'}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function literal(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const entries = Object.entries(value).map(([key, item]) => `${key}: ${literal(item)}`);
  return `{ ${entries.join(', ')} }`;
}
