import * as z from 'zod';
import { derivedDefaults, typedValues } from '../../src/contract/schema/fields.ts';

/** A field of the contract as its documentation needs it. */
export interface Field {
  readonly name: string;
  readonly description: string;
  readonly required: boolean;
  /** As written in YAML. */
  readonly defaultValue: unknown;
  /** The default in words, where it follows from other fields. */
  readonly derivedFrom: string | undefined;
  readonly schema: z.ZodType;
}

/** A named type of the contract. */
export interface NamedType {
  readonly name: string;
  readonly description: string;
  readonly example: unknown;
  readonly schema: z.ZodType;
}

/** The fields of a mapping. */
export function fieldsOf(schema: z.ZodType): Field[] {
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.entries(schema.shape as Record<string, z.ZodType>).map(([name, outer]) => {
    let current = outer;
    let defaultValue: unknown;
    const from = derivedDefaults.get(outer)?.from;
    while (!isNamed(current) || isWrapper(current)) {
      if (!isWrapper(current)) break;
      if (!(current instanceof z.ZodOptional)) defaultValue = current.def.defaultValue;
      current = current.unwrap() as z.ZodType;
    }
    const description = outer.meta()?.description ?? current.meta()?.description;
    if (description === undefined) throw new Error(`The field ${name} has no description`);
    const required = !isWrapper(outer);
    return { name, description, required, defaultValue, derivedFrom: from, schema: current };
  });
}

/** All named types below a schema, each after those it is made of. */
export function namedTypes(schema: z.ZodType, found = new Map<string, NamedType>()): Map<string, NamedType> {
  if (isWrapper(schema)) namedTypes(schema.unwrap() as z.ZodType, found);
  else if (schema instanceof z.ZodArray) namedTypes(schema.element as z.ZodType, found);
  else if (schema instanceof z.ZodRecord) namedTypes(schema.valueType as z.ZodType, found);
  else if (schema instanceof z.ZodObject) {
    for (const child of Object.values(schema.shape as Record<string, z.ZodType>)) namedTypes(child, found);
  }
  const name = typeName(schema);
  if (name !== undefined && !found.has(name)) {
    const { description, examples } = originOf(schema).meta() ?? {};
    if (description === undefined || !Array.isArray(examples))
      throw new Error(`${name} lacks description or example`);
    found.set(name, { name, description, example: examples[0], schema: originOf(schema) });
  }
  return found;
}

/** The name of a schema that has one of its own. */
export function typeName(schema: z.ZodType): string | undefined {
  return originOf(schema).meta()?.id;
}

/** `meta` and `describe` copy a schema: the first of the copies carries the name. */
function originOf(schema: z.ZodType): z.ZodType {
  let current = schema;
  for (let parent = current._zod.parent; parent !== undefined; parent = current._zod.parent) {
    if (current.meta()?.id !== undefined) break;
    current = parent as z.ZodType;
  }
  return current;
}

function isNamed(schema: z.ZodType): boolean {
  return typeName(schema) !== undefined;
}

function isWrapper(schema: z.ZodType): schema is z.ZodOptional | z.ZodDefault | z.ZodPrefault {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault;
}

/** The TypeScript type of a schema, written or read. */
export function typeScriptType(schema: z.ZodType, side: 'written' | 'read', here?: string): string {
  const name = typeName(schema);
  if (name !== undefined && name !== here) {
    return side === 'written' && schema instanceof z.ZodObject ? `${name}Input` : name;
  }
  for (
    let current: z.ZodType | undefined = schema;
    current;
    current = current._zod.parent as z.ZodType | undefined
  ) {
    const typed = typedValues.get(current);
    if (typed) return typed[side];
  }
  if (schema instanceof z.ZodString) return 'string';
  if (schema instanceof z.ZodNumber) return 'number';
  if (schema instanceof z.ZodBoolean) return 'boolean';
  if (schema instanceof z.ZodEnum) return schema.options.map((option) => `'${option}'`).join(' | ');
  if (schema instanceof z.ZodLiteral)
    return [...schema.values].map((value) => JSON.stringify(value)).join(' | ');
  if (schema instanceof z.ZodArray) {
    const item = typeScriptType(schema.element as z.ZodType, side);
    return `readonly ${item.includes('|') ? `(${item})` : item}[]`;
  }
  if (schema instanceof z.ZodRecord) {
    return `Readonly<Record<string, ${typeScriptType(schema.valueType as z.ZodType, side)}>>`;
  }
  throw new Error(`No TypeScript type for ${schema.type}`);
}
