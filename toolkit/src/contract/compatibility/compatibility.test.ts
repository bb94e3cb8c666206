import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import type { JsonSchema } from '../json-schema.ts';
import { checkCompatibility, incompatibilities, type SchemaVersion } from './index.ts';

const ajv = new Ajv2020({ strict: false, allErrors: false });

/** Small values of every kind, so that the schemas below can be tried on all of them. */
const scalars = [null, true, 0, 1, 2, 1.5, 'x', 'xx', 'y'];
const lists = [[], ...scalars.map((item) => [item]), [0, 1], [1, 1], ['x', 'x'], ['x', 1], [[], 0]];
const objects = [
  {},
  ...[...scalars, [], [1], {}].flatMap((value) => [{ a: value }, { b: value }, { c: value }]),
  ...scalars.flatMap((a) => [0, 'x', null].map((b) => ({ a, b }))),
  { a: { a: 1 } },
  { a: { b: 'x' } },
  { b: { a: 'x', c: 1 } },
  { a: 1, b: 1, c: 1 },
  { a: 'x', b: 'x', c: 'x' },
];
const universe: readonly unknown[] = [...scalars, ...lists, ...objects];

const { schema: schemas } = fc.letrec<{
  schema: JsonSchema;
  leaf: JsonSchema;
  list: JsonSchema;
  object: JsonSchema;
  choice: JsonSchema;
}>((tie) => ({
  schema: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    tie('leaf'),
    tie('object'),
    tie('list'),
    tie('choice'),
  ),
  leaf: fc.oneof(
    fc.constantFrom<JsonSchema>(true, false, {}, { type: 'string' }, { type: 'integer' }, { type: 'number' }),
    fc.constantFrom<JsonSchema>(
      { type: ['string', 'null'] },
      { type: ['integer', 'boolean'] },
      { const: 1 },
      { const: 'x' },
    ),
    fc
      .uniqueArray(fc.constantFrom(...scalars), { minLength: 1, maxLength: 3 })
      .map((values) => ({ enum: values })),
    fc.record(
      {
        type: fc.constantFrom('integer', 'number'),
        minimum: fc.integer({ min: 0, max: 2 }),
        maximum: fc.integer({ min: 0, max: 2 }),
        exclusiveMinimum: fc.integer({ min: -1, max: 1 }),
        multipleOf: fc.constantFrom(0.5, 1, 2),
      },
      { requiredKeys: [] },
    ),
    fc.record(
      {
        type: fc.constant('string'),
        minLength: fc.integer({ min: 0, max: 2 }),
        maxLength: fc.integer({ min: 0, max: 2 }),
        pattern: fc.constantFrom('^x', 'y'),
      },
      { requiredKeys: [] },
    ),
  ),
  // The validator errs on `contains` and `uniqueItems` beside `prefixItems`, so they don't meet here.
  list: fc.oneof(
    fc.record(
      {
        type: fc.constant('array'),
        contains: tie('leaf'),
        items: tie('schema'),
        uniqueItems: fc.boolean(),
        maxItems: fc.integer({ min: 0, max: 2 }),
      },
      { requiredKeys: [] },
    ),
    fc.record(
      {
        type: fc.constant('array'),
        items: tie('schema'),
        prefixItems: fc.array(tie('schema'), { minLength: 1, maxLength: 2 }),
        minItems: fc.integer({ min: 0, max: 2 }),
        maxItems: fc.integer({ min: 0, max: 2 }),
      },
      { requiredKeys: [] },
    ),
  ),
  object: fc.record(
    {
      type: fc.constant('object'),
      properties: fc.dictionary(fc.constantFrom('a', 'b'), tie('schema'), { maxKeys: 2 }),
      required: fc.uniqueArray(fc.constantFrom('a', 'b', 'c')),
      additionalProperties: tie('leaf'),
      patternProperties: fc.dictionary(fc.constantFrom('^a', '[bc]'), tie('leaf'), { maxKeys: 1 }),
      minProperties: fc.integer({ min: 0, max: 2 }),
      maxProperties: fc.integer({ min: 0, max: 3 }),
      propertyNames: fc.constantFrom({ pattern: '^[ab]' }, { maxLength: 1 }),
      dependentRequired: fc.constant({ a: ['b'] }),
    },
    { requiredKeys: [] },
  ),
  choice: fc.oneof(
    fc.record({ anyOf: fc.array(tie('schema'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ oneOf: fc.array(tie('schema'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ allOf: fc.array(tie('schema'), { minLength: 1, maxLength: 2 }) }),
    fc.record({ not: tie('leaf') }),
    fc.tuple(tie('leaf'), tie('leaf')).map(([condition, consequence]) => conditional(condition, consequence)),
    fc.record({
      allOf: fc.array(tie('object'), { minLength: 1, maxLength: 2 }),
      unevaluatedProperties: fc.constant(false),
    }),
  ),
}));

/** A condition; its key `then` would make a literal look like a promise. */
function conditional(condition: JsonSchema, consequence: JsonSchema): Record<string, JsonSchema> {
  return Object.fromEntries([
    ['if', condition],
    ['then', consequence],
  ]);
}

/** Says outright what else may be written, so that the rule for undeclared properties plays no part. */
function outspoken(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(outspoken);
  if (typeof schema !== 'object' || schema === null) return schema;
  const inner = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [
      key,
      key === 'enum' || key === 'const' ? value : outspoken(value),
    ]),
  );
  const declares = 'properties' in schema || 'patternProperties' in schema;
  return declares && !('additionalProperties' in schema) ? { ...inner, additionalProperties: true } : inner;
}

/** A reader that differs from the writer in a few places, as versions of an event do. */
function vary(schema: unknown, choose: (count: number) => number, other: unknown): unknown {
  if (choose(8) === 0) return other;
  if (Array.isArray(schema)) return schema.map((item) => vary(item, choose, other));
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema)
      .filter(() => choose(8) !== 0)
      .map(([key, value]) => {
        const nested = ['properties', 'patternProperties'].includes(key);
        if (nested)
          return [
            key,
            Object.fromEntries(
              Object.entries(value as object).map(([name, item]) => [name, vary(item, choose, other)]),
            ),
          ];
        const schemaLike = [
          'items',
          'additionalProperties',
          'anyOf',
          'oneOf',
          'allOf',
          'prefixItems',
        ].includes(key);
        return [
          key,
          schemaLike
            ? Array.isArray(value)
              ? value.map((item) => vary(item, choose, other))
              : vary(value, choose, other)
            : value,
        ];
      }),
  );
}

describe('what is found compatible', () => {
  it('can be read, whatever is written: judged on every small value by a validator', () => {
    let readable = 0;
    let judged = 0;
    const check = (reader: JsonSchema, writer: JsonSchema) => {
      if (incompatibilities(reader, writer).length > 0) return;
      readable++;
      ajv.removeSchema();
      const [read, write] = [ajv.compile(reader), ajv.compile(writer)];
      for (const value of universe) {
        if (!write(value)) continue;
        judged++;
        assert.ok(read(value), `${JSON.stringify(value)} is written but can't be read`);
      }
    };
    fc.assert(
      fc.property(schemas, schemas, fc.infiniteStream(fc.nat(1_000)), (first, second, numbers) => {
        const writer = outspoken(first) as JsonSchema;
        check(second, writer);
        const choose = (count: number) => (numbers.next().value ?? 0) % count;
        check(vary(writer, choose, second) as JsonSchema, writer);
      }),
      { numRuns: 700 },
    );
    assert.ok(readable > 100 && judged > 2_000, `only ${readable} pairs and ${judged} values were judged`);
  });

  it('includes every schema with itself, and everything for a reader without conditions', () => {
    fc.assert(
      fc.property(schemas, (schema) => {
        assert.deepEqual(incompatibilities(schema, schema), []);
        assert.deepEqual(incompatibilities(true, schema), []);
        assert.deepEqual(incompatibilities(schema, false), []);
      }),
    );
  });
});

const order = {
  type: 'object',
  required: ['orderId', 'total'],
  properties: { orderId: { type: 'string' }, total: { type: 'integer', minimum: 0 } },
} as const;

/** Changes of a schema, and whether the new version reads the old one and the other way round. */
const changes: {
  change: string;
  before: JsonSchema;
  after: JsonSchema;
  backward: boolean;
  forward: boolean;
}[] = [
  {
    change: 'adding an optional property',
    before: order,
    after: { ...order, properties: { ...order.properties, note: { type: 'string' } } },
    backward: true,
    forward: true,
  },
  {
    change: 'adding a required property',
    before: order,
    after: {
      ...order,
      required: ['orderId', 'total', 'note'],
      properties: { ...order.properties, note: { type: 'string' } },
    },
    backward: false,
    forward: true,
  },
  {
    change: 'adding a required property with a default',
    before: order,
    after: {
      ...order,
      required: ['orderId', 'total', 'note'],
      properties: { ...order.properties, note: { type: 'string', default: '' } },
    },
    backward: false,
    forward: true,
  },
  {
    change: 'adding an optional property to a closed schema',
    before: { ...order, additionalProperties: false },
    after: {
      ...order,
      additionalProperties: false,
      properties: { ...order.properties, note: { type: 'string' } },
    },
    backward: true,
    forward: false,
  },
  {
    change: 'removing a required property',
    before: order,
    after: { ...order, required: ['orderId'], properties: { orderId: { type: 'string' } } },
    backward: true,
    forward: false,
  },
  {
    change: 'making a property optional',
    before: order,
    after: { ...order, required: ['orderId'] },
    backward: true,
    forward: false,
  },
  {
    change: 'renaming a property',
    before: order,
    after: {
      ...order,
      required: ['id', 'total'],
      properties: { id: { type: 'string' }, total: order.properties.total },
    },
    backward: false,
    forward: false,
  },
  {
    change: 'widening integer to number',
    before: order,
    after: { ...order, properties: { ...order.properties, total: { type: 'number', minimum: 0 } } },
    backward: true,
    forward: false,
  },
  {
    change: 'allowing null',
    before: { type: 'string' },
    after: { type: ['string', 'null'] },
    backward: true,
    forward: false,
  },
  {
    change: 'adding a value to an enumeration',
    before: { enum: ['a', 'b'] },
    after: { enum: ['a', 'b', 'c'] },
    backward: true,
    forward: false,
  },
  {
    change: 'turning an enumeration into a text',
    before: { enum: ['a', 'b'] },
    after: { type: 'string' },
    backward: true,
    forward: false,
  },
  {
    change: 'raising a minimum',
    before: { type: 'integer', minimum: 0 },
    after: { type: 'integer', minimum: 1 },
    backward: false,
    forward: true,
  },
  {
    change: 'writing a minimum of 1 as an exclusive minimum of 0, for whole numbers',
    before: { type: 'integer', minimum: 1 },
    after: { type: 'integer', exclusiveMinimum: 0 },
    backward: true,
    forward: true,
  },
  {
    change: 'lengthening a text',
    before: { type: 'string', maxLength: 5 },
    after: { type: 'string', maxLength: 9 },
    backward: true,
    forward: false,
  },
  {
    change: 'changing a pattern',
    before: { type: 'string', pattern: '^a' },
    after: { type: 'string', pattern: '^b' },
    backward: false,
    forward: false,
  },
  {
    change: 'dropping a format',
    before: { type: 'string', format: 'date' },
    after: { type: 'string' },
    backward: true,
    forward: false,
  },
  {
    change: 'changing texts only',
    before: { title: 'A', type: 'string' },
    after: { title: 'B', description: 'b', type: 'string', examples: ['x'] },
    backward: true,
    forward: true,
  },
  {
    change: 'moving a schema behind a reference',
    before: order,
    after: {
      ...order,
      properties: { ...order.properties, total: { $ref: '#/$defs/Money' } },
      $defs: { Money: { type: 'integer', minimum: 0 } },
    },
    backward: true,
    forward: true,
  },
  {
    change: 'splitting a schema with allOf',
    before: order,
    after: {
      allOf: [
        { type: 'object', required: ['orderId'], properties: { orderId: { type: 'string' } } },
        { required: ['total'], properties: { total: { type: 'integer', minimum: 0 } } },
      ],
    },
    backward: true,
    forward: true,
  },
  {
    change: 'adding a variant with its own tag',
    before: variants('card', 'cash'),
    after: variants('card', 'cash', 'points'),
    backward: true,
    forward: false,
  },
  {
    change: 'opening a closed schema',
    before: { ...order, additionalProperties: false },
    after: order,
    backward: true,
    forward: true,
  },
  {
    change: 'letting anything be added',
    before: order,
    after: { ...order, additionalProperties: true },
    backward: true,
    forward: true,
  },
  {
    change: 'describing more of what could be added',
    before: { ...order, additionalProperties: true },
    after: {
      ...order,
      additionalProperties: true,
      properties: { ...order.properties, note: { type: 'string' } },
    },
    backward: false,
    forward: true,
  },
  {
    change: 'describing items',
    before: { type: 'array' },
    after: { type: 'array', items: { type: 'string' } },
    backward: false,
    forward: true,
  },
  {
    change: 'making items unique',
    before: { type: 'array', items: { type: 'string' } },
    after: { type: 'array', items: { type: 'string' }, uniqueItems: true },
    backward: false,
    forward: true,
  },
  {
    change: 'adding a condition that cannot be compared',
    before: order,
    after: { ...order, ...conditional({ required: ['note'] }, { required: ['author'] }) },
    backward: false,
    forward: true,
  },
  {
    change: 'replacing one kind by another',
    before: { type: 'string' },
    after: { type: 'integer' },
    backward: false,
    forward: false,
  },
];

function variants(...tags: string[]): JsonSchema {
  return {
    oneOf: tags.map((tag) => ({
      type: 'object',
      required: ['kind', tag],
      properties: { kind: { const: tag }, [tag]: { type: 'string' } },
    })),
  };
}

describe('a new version of an event', () => {
  for (const { change, before, after, backward, forward } of changes) {
    it(`${change}: ${backward ? '' : 'not '}backward and ${forward ? '' : 'not '}forward compatible`, () => {
      assert.equal(incompatibilities(after, before).length === 0, backward, 'backward');
      assert.equal(incompatibilities(before, after).length === 0, forward, 'forward');
    });
  }

  it('says where and why it can’t be read', () => {
    const before = {
      type: 'object',
      properties: {
        lines: { type: 'array', items: { type: 'object', properties: { price: { type: 'number' } } } },
      },
    };
    const after = {
      type: 'object',
      properties: {
        lines: {
          type: 'array',
          items: { type: 'object', required: ['price'], properties: { price: { type: 'integer' } } },
        },
      },
    };
    assert.deepEqual(incompatibilities(after, before), [
      { path: 'lines[].price', reason: 'may be missing, and the reader requires it' },
      { path: 'lines[].price', reason: 'may be number, which the reader does not allow' },
    ]);
  });

  it('may be recursive', () => {
    const tree = (leaf: JsonSchema): JsonSchema => ({
      $ref: '#/$defs/Node',
      $defs: {
        Node: {
          type: 'object',
          required: ['value'],
          properties: {
            value: leaf,
            children: { type: 'array', items: { $ref: '#/$defs/Node' } },
            next: { anyOf: [{ type: 'null' }, { $ref: '#/$defs/Node' }] },
          },
        },
      },
    });
    assert.deepEqual(incompatibilities(tree({ type: 'number' }), tree({ type: 'integer' })), []);
    assert.deepEqual(
      incompatibilities(tree({ type: 'integer' }), tree({ type: 'number' }))
        .map(({ path }) => path)
        .slice(0, 1),
      ['value'],
    );
  });
});

describe('a compatibility mode', () => {
  const versions: SchemaVersion[] = [
    { version: 1, schema: { type: 'integer' } },
    { version: 2, schema: { type: 'number' } },
    { version: 4, schema: { type: ['number', 'null'] } },
  ];
  const narrowing = versions.map(({ version }, index) => ({
    version,
    schema: versions[2 - index]?.schema ?? {},
  }));

  it('promises nothing, one direction or both, to the last version or to all', () => {
    const pairs = (mode: Parameters<typeof checkCompatibility>[0], list = versions) =>
      checkCompatibility(mode, list).map(({ reader, writer }) => `${reader} reads ${writer}`);
    assert.deepEqual(pairs('none'), []);
    assert.deepEqual(pairs('backward'), []);
    assert.deepEqual(pairs('backward-transitive'), []);
    assert.deepEqual(pairs('forward'), ['2 reads 4']);
    assert.deepEqual(pairs('forward-transitive'), ['1 reads 4', '2 reads 4']);
    assert.deepEqual(pairs('full'), ['2 reads 4']);
    assert.deepEqual(pairs('backward', narrowing), ['4 reads 2']);
    assert.deepEqual(pairs('backward-transitive', narrowing), ['4 reads 1', '4 reads 2']);
    assert.deepEqual(pairs('forward-transitive', narrowing), []);
    assert.deepEqual(pairs('full-transitive', narrowing), ['4 reads 1', '4 reads 2']);
  });

  it('tells apart the last version from all: what one change breaks, another may mend', () => {
    const mended = [
      { version: 1, schema: { type: 'string' } },
      { version: 2, schema: { type: 'integer', minimum: 5 } },
      { version: 3, schema: { type: 'integer' } },
    ];
    assert.deepEqual(checkCompatibility('backward', mended), []);
    assert.equal(checkCompatibility('backward-transitive', mended).length, 1);
  });

  it('holds for a first version', () => {
    assert.deepEqual(checkCompatibility('full-transitive', versions.slice(0, 1)), []);
    assert.deepEqual(checkCompatibility('full-transitive', []), []);
  });
});
