import * as z from 'zod';
import {
  BYTE_SIZE_PATTERN,
  DURATION_PATTERN,
  type Duration,
  PROCESSOR_TIME_PATTERN,
  parseByteSize,
  parseDuration,
  parseProcessorTime,
  parseRate,
  RATE_PATTERN,
} from '../units.ts';

/** What a field allows, in words, for messages; kept apart from the metadata that is published. */
export const allowedInWords = z.registry<{ allowed: string }>();

/** Fields whose default follows from others, and from what: filled in when the contract is read. */
export const derivedDefaults = z.registry<{ from: string }>();

/** The TypeScript types of a field that is written as text and read as a value. */
export const typedValues = z.registry<{ written: string; read: string }>();

/** Says in words what a field allows. */
export function allowing<Schema extends z.ZodType>(schema: Schema, allowed: string): Schema {
  allowedInWords.add(schema, { allowed });
  return schema;
}

/** Names the TypeScript types of what is written and what is read. */
function typed<Schema extends z.ZodType>(schema: Schema, written: string, read: string): Schema {
  typedValues.add(schema, { written, read });
  return schema;
}

/** A field that may be left out, with a default that follows from others. */
export function derived<Schema extends z.ZodType>(schema: Schema, from: string) {
  const optional = schema.optional();
  derivedDefaults.add(optional, { from });
  return optional;
}

/** A text of one form. */
function text(pattern: RegExp, longest: number, allowed: string, example: string) {
  return allowing(z.string().max(longest).regex(pattern), allowed).meta({ examples: [example] });
}

/** A name that Kubernetes takes as a label and as a part of other names. */
export const name = (example: string) =>
  text(
    /^[a-z]([a-z0-9-]*[a-z0-9])?$/,
    40,
    'a lower-case name of letters, digits and hyphens that starts with a letter, at most 40 characters',
    example,
  );

/** A Kafka topic: dots and hyphens only, since Kafka's metrics can't tell a dot from an underscore. */
export const topicName = text(
  /^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)*$/,
  200,
  'lower-case words separated by dots, such as orders.placed, at most 200 characters',
  'orders.placed',
);

/** A file beside the contract. */
export const file = (example: string) =>
  text(
    /^(\.{1,2}\/)[^\0\\]*[^/\0\\]$/,
    300,
    'a path relative to the contract that starts with ./ or ../',
    example,
  );

/** A way into a document: names separated by dots, `[]` for the items of a list. */
export const fieldPath = text(
  /^[A-Za-z_][\w-]*(\[\])?(\.[A-Za-z_][\w-]*(\[\])?)*$/,
  200,
  'a path such as customer.email or lines[].price',
  'customer.email',
);

/** A port that a process without privileges can open. */
export const port = (example: number) =>
  allowing(z.int().min(1024).max(65535), 'a whole number from 1024 to 65535').meta({ examples: [example] });

export interface DurationRange {
  readonly from: string;
  readonly to: string;
  /** Whether `forever` is allowed too. */
  readonly forever?: boolean;
}

/** A {@link Duration} within a range. */
export function duration(range: DurationRange, example: string) {
  const [shortest, longest] = [parseDuration(range.from), parseDuration(range.to)];
  const forever = range.forever ? ', or forever' : '';
  const allowed = `a duration from ${range.from} to ${range.to} as a whole number with a unit (ms, s, m, h, d, w, y)${forever}`;
  const pattern = range.forever ? new RegExp(`${DURATION_PATTERN.source}|^forever$`) : DURATION_PATTERN;
  const schema = z
    .string()
    .regex(pattern)
    .transform((written, context): Duration => {
      if (written === 'forever') return { text: written, milliseconds: Number.POSITIVE_INFINITY };
      const parsed = parseDuration(written);
      if (parsed.milliseconds < shortest.milliseconds || parsed.milliseconds > longest.milliseconds) {
        context.addIssue({ code: 'custom', message: `is not between ${range.from} and ${range.to}` });
      }
      return parsed;
    });
  const written = range.forever ? "DurationText | 'forever'" : 'DurationText';
  return allowing(typed(schema, written, 'Duration'), allowed).meta({ examples: [example] });
}

/** A `ByteSize` within a range. */
export function byteSize(range: { readonly from: string; readonly to: string }, example: string) {
  const [smallest, largest] = [parseByteSize(range.from), parseByteSize(range.to)];
  const schema = z
    .string()
    .regex(BYTE_SIZE_PATTERN)
    .transform((written, context) => {
      const parsed = parseByteSize(written);
      if (parsed.bytes < smallest.bytes || parsed.bytes > largest.bytes) {
        context.addIssue({ code: 'custom', message: `is not between ${range.from} and ${range.to}` });
      }
      return parsed;
    });
  return allowing(
    typed(schema, 'ByteSizeText', 'ByteSize'),
    `an amount from ${range.from} to ${range.to} as a whole number with a unit (Ki, Mi, Gi, Ti)`,
  ).meta({ examples: [example] });
}

/** Thousandths of a core, up to 64 cores. */
export const processorTime = allowing(
  typed(
    z
      .string()
      .regex(PROCESSOR_TIME_PATTERN)
      .transform((written, context) => {
        const parsed = parseProcessorTime(written);
        if (parsed.cores > 64) context.addIssue({ code: 'custom', message: 'is more than 64 cores' });
        return parsed;
      }),
    'ProcessorTimeText',
    'ProcessorTime',
  ),
  'thousandths of a core from 1m to 64000m',
).meta({ examples: ['250m'] });

/** A `Rate`. */
export const rate = allowing(
  typed(z.string().regex(RATE_PATTERN).transform(parseRate), 'RateText', 'Rate'),
  'a whole number per s, m, h or d, such as 200/s',
).meta({ examples: ['200/s'] });

/** A sentence for people. */
export const sentence = allowing(z.string().min(3).max(300), 'a sentence of 3 to 300 characters').meta({
  examples: ['Takes orders and follows them until they are delivered.'],
});

/** A list whose items must differ. */
export function unique<Item extends z.ZodType>(item: Item, longest: number) {
  return z
    .array(item)
    .max(longest)
    .superRefine((items, context) => {
      for (const [index, value] of items.entries()) {
        if (items.indexOf(value) < index) {
          context.addIssue({ code: 'custom', path: [index], message: 'is given twice' });
        }
      }
    });
}

/**
 * How sensitive data can be, least first.
 *
 * @example
 * classifications.indexOf('personal') > classifications.indexOf('internal'); // true
 */
export const classifications = ['public', 'internal', 'confidential', 'personal', 'sensitive'] as const;

export const classification = z.enum(classifications).meta({
  id: 'Classification',
  description: 'How sensitive data is.',
  examples: ['internal'],
});
