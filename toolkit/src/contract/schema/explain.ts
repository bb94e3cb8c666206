import * as z from 'zod';
import type { RuleName } from '../rule-names.ts';
import { type Finding, formatValue, nearest, type Path, valueAt } from '../violation.ts';
import { allowedInWords } from './fields.ts';

type Issue = z.core.$ZodIssue;

/** Turns what zod found into findings with what is allowed and what to do. */
export function explainIssues(schema: z.ZodType, issues: readonly Issue[], value: unknown): Finding[] {
  return issues.flatMap((issue) => explain(schema, issue, value));
}

function explain(schema: z.ZodType, issue: Issue, whole: unknown): Finding[] {
  const path = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
  const value = valueAt(whole, path);
  if (issue.code === 'unrecognized_keys') {
    const known = keysOf(schemaAt(schema, path));
    return issue.keys.map((key) => {
      const meant = nearest(key, known);
      return {
        rule: 'unknown-key',
        path: [...path, key],
        problem: `there is no key ${key} here`,
        allowed: known.join(', '),
        fix: meant === undefined ? 'Remove it.' : `Write ${meant} instead of ${key}.`,
      };
    });
  }
  const field = schemaAt(schema, path);
  if (issue.code === 'invalid_key') {
    const key = path.at(-1);
    const allowed = describe(
      field instanceof z.ZodRecord ? (field.keyType as z.ZodType) : keyTypeAt(schema, path),
    );
    return [
      {
        rule: 'invalid-key',
        path,
        problem: `${key} is no valid name here`,
        allowed,
        fix: `Rename it to ${allowed}.`,
      },
    ];
  }
  const allowed = describe(field);
  const example = exampleOf(field);
  const key = path.at(-1);
  if (value === undefined) {
    const addition = example === undefined ? `${key}` : `${key}: ${formatExample(example)}`;
    return [
      { rule: 'missing', path, problem: 'is required', allowed, fix: `Add it, for example \`${addition}\`.` },
    ];
  }
  return [
    {
      rule: ruleOf(issue),
      path,
      problem: problemOf(issue, value),
      allowed,
      fix: fixOf(field, value, example),
    },
  ];
}

function ruleOf(issue: Issue): RuleName {
  switch (issue.code) {
    case 'invalid_type':
      return 'wrong-type';
    case 'too_small':
    case 'too_big':
      return 'out-of-range';
    case 'invalid_value':
      return 'unknown-value';
    case 'custom':
      return issue.message === 'is given twice' ? 'duplicate' : 'out-of-range';
    default:
      return 'wrong-form';
  }
}

function problemOf(issue: Issue, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return `is ${kindOf(value)}, not ${issue.expected === 'int' ? 'a whole number' : article(issue.expected)}`;
    case 'too_small':
      return `is below the least, ${issue.minimum}${unitOf(issue.origin)}`;
    case 'too_big':
      return `is above the most, ${issue.maximum}${unitOf(issue.origin)}`;
    case 'invalid_value':
      return 'is none of the values allowed here';
    case 'custom':
      return issue.message;
    default:
      return 'does not have the form that is needed here';
  }
}

function unitOf(origin: string): string {
  if (origin === 'string') return ' in length';
  return origin === 'array' ? ' in number' : '';
}

function fixOf(field: z.ZodType, value: unknown, example: unknown): string {
  if (field instanceof z.ZodEnum) {
    const options = field.options.map(String);
    const meant = typeof value === 'string' ? nearest(value, options) : undefined;
    return meant === undefined ? `Choose one of ${options.join(', ')}.` : `Write ${meant}.`;
  }
  if (typeof value === 'number' && typeof example === 'string')
    return `Write it as text with its unit, such as ${example}.`;
  return example === undefined ? `Write ${describe(field)}.` : `Write for example ${formatExample(example)}.`;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return article(typeof value === 'object' ? 'object' : typeof value);
}

function article(kind: string): string {
  const names: Record<string, string> = {
    object: 'a mapping',
    record: 'a mapping',
    array: 'a list',
    string: 'a text',
    number: 'a number',
    int: 'a whole number',
    boolean: 'a boolean',
    null: 'null',
  };
  return names[kind] ?? kind;
}

/** An example as one would write it in YAML on one line. */
function formatExample(example: unknown): string {
  return typeof example === 'string' ? example : formatValue(example);
}

/** Says in words what a schema allows. */
function describe(schema: z.ZodType): string {
  for (const layer of layersOf(schema)) {
    const words = allowedInWords.get(layer)?.allowed;
    if (words !== undefined) return words;
    if (layer instanceof z.ZodEnum) return layer.options.map(String).join(', ');
    if (layer instanceof z.ZodBoolean) return 'true or false';
    if (layer instanceof z.ZodNumber) return `a whole number from ${layer.minValue} to ${layer.maxValue}`;
    if (layer instanceof z.ZodArray) return describeList(layer);
    if (layer instanceof z.ZodRecord) return 'a mapping of names to values';
    if (layer instanceof z.ZodObject) return `a mapping with the keys ${Object.keys(layer.shape).join(', ')}`;
    if (layer instanceof z.ZodString) return 'a text';
  }
  return 'a value';
}

function describeList(list: z.ZodArray): string {
  let [least, most] = [0, Number.POSITIVE_INFINITY];
  for (const { _zod } of list.def.checks ?? []) {
    if ('minimum' in _zod.def) least = Number(_zod.def.minimum);
    if ('maximum' in _zod.def) most = Number(_zod.def.maximum);
  }
  return `a list of ${least} to ${most} items, each ${describe(list.element as z.ZodType)}`;
}

function exampleOf(schema: z.ZodType): unknown {
  for (const layer of layersOf(schema)) {
    const examples = layer.meta()?.examples;
    if (Array.isArray(examples) && examples.length > 0) return examples[0];
  }
  return undefined;
}

function keysOf(schema: z.ZodType): string[] {
  const innermost = layersOf(schema).at(-1);
  return innermost instanceof z.ZodObject ? Object.keys(innermost.shape) : [];
}

/** The schema of the place a path leads to, without its wrappers. */
function schemaAt(schema: z.ZodType, path: Path): z.ZodType {
  let current = innermost(schema);
  for (const step of path) {
    let next: unknown;
    if (current instanceof z.ZodObject) next = current.shape[String(step)];
    else if (current instanceof z.ZodArray) next = current.element;
    else if (current instanceof z.ZodRecord) next = current.valueType;
    if (!(next instanceof z.ZodType)) return current;
    current = innermost(next);
  }
  return current;
}

function keyTypeAt(schema: z.ZodType, path: Path): z.ZodType {
  const record = schemaAt(schema, path.slice(0, -1));
  return record instanceof z.ZodRecord ? (record.keyType as unknown as z.ZodType) : record;
}

/** Strips what makes a field optional, so that what remains says what a value must be. */
function innermost(schema: z.ZodType): z.ZodType {
  let current = schema;
  while (
    current instanceof z.ZodOptional ||
    current instanceof z.ZodDefault ||
    current instanceof z.ZodPrefault
  ) {
    current = current.unwrap() as z.ZodType;
  }
  return current;
}

/** The schema and what it pipes from, outside first. */
function layersOf(schema: z.ZodType): z.ZodType[] {
  const layers = [innermost(schema)];
  for (let last = layers.at(-1); last instanceof z.ZodPipe; last = layers.at(-1)) {
    layers.push(innermost(last.in as z.ZodType));
  }
  return layers;
}
