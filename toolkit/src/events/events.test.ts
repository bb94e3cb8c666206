import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  type CloudEvent,
  defineEvent,
  type EventTransport,
  fromBinary,
  fromStructured,
  InvalidEventError,
  isStructured,
  schemaVersion,
  structuredMediaType,
  toBatch,
  toBinary,
  toStructured,
} from './index.ts';

interface OrderPlaced {
  readonly orderId: string;
  readonly total: number;
}

const orderPlaced = defineEvent<OrderPlaced>({
  type: 'orders.placed',
  version: 2,
  schema: {
    type: 'object',
    required: ['orderId', 'total'],
    properties: { orderId: { type: 'string', minLength: 1 }, total: { type: 'number' } },
  },
});

function violationsOf(act: () => unknown): string[] {
  try {
    act();
  } catch (error) {
    assert.ok(error instanceof InvalidEventError, String(error));
    return error.violations.map(({ path, problem }) => `${path} ${problem}`);
  }
  assert.fail('it was fit');
}

/** Text of the specification's type system: no control characters, well-formed. */
const text = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
  .map((value) => value.toWellFormed())
  // eslint-disable-next-line no-control-regex
  .filter((value) => !/[\u0000-\u001f\u007f-\u009f]/.test(value));
const time = fc
  .date({ noInvalidDate: true, min: new Date('0001-01-01'), max: new Date('9999-12-31') })
  .map((date) => date.toISOString());
const data = fc.oneof(
  fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown),
  fc.constant(undefined),
);
const events = fc
  .record(
    {
      id: text,
      source: text,
      type: text,
      subject: text,
      time,
      dataschema: fc.webUrl(),
      extensions: fc.dictionary(fc.stringMatching(/^x[a-z0-9]{0,18}$/), text, { minKeys: 1, maxKeys: 5 }),
    },
    { requiredKeys: ['id', 'source', 'type'], noNullPrototype: true },
  )
  .chain((attributes) =>
    data.map((value) => {
      const extensions = attributes.extensions && { extensions: { ...attributes.extensions } };
      return {
        specversion: '1.0',
        ...attributes,
        ...extensions,
        ...(value !== undefined && { data: value }),
      } as CloudEvent;
    }),
  );

describe('an event', () => {
  it('is the same after it travelled as one JSON text', () => {
    fc.assert(
      fc.property(events, (event) => {
        assert.deepEqual(fromStructured(toStructured(event)), [event]);
      }),
    );
  });

  for (const transport of ['http', 'kafka'] as EventTransport[]) {
    it(`is the same after it travelled in the fields of ${transport}`, () => {
      fc.assert(
        fc.property(events, (event) => {
          const { fields, body } = toBinary(event, transport);
          if (transport === 'http') new Headers(fields);
          const read = fromBinary(transport, Object.keys(fields), (name) => fields[name], body);
          // The media type that goes without saying is said on the way.
          const { datacontenttype, ...rest } = read;
          assert.equal(datacontenttype, event.data === undefined ? undefined : 'application/json');
          assert.deepEqual(rest, event);
        }),
      );
    });
  }

  it('carries bytes and text as they are', () => {
    const common = { specversion: '1.0', id: '1', source: '/a', type: 'a' } as const;
    const image: CloudEvent = { ...common, datacontenttype: 'image/png', data: new Uint8Array([1, 2, 255]) };
    assert.deepEqual(fromStructured(toStructured(image)), [image]);
    const { fields, body } = toBinary(image, 'kafka');
    assert.deepEqual(
      fromBinary('kafka', Object.keys(fields), (name) => fields[name], body),
      image,
    );
    const note = toBinary({ ...common, datacontenttype: 'text/plain', data: 'hello' }, 'http');
    assert.equal(Buffer.from(note.body ?? []).toString(), 'hello');
    assert.throws(
      () => toBinary({ ...common, datacontenttype: 'text/plain', data: { a: 1 } }, 'http'),
      InvalidEventError,
    );
  });

  it('travels in batches', () => {
    const one = orderPlaced.create({ orderId: '1', total: 1 }, { source: '/orders' });
    const other = orderPlaced.create({ orderId: '2', total: 2 }, { source: '/orders' });
    assert.deepEqual(fromStructured(toBatch([one, other])), [one, other]);
  });

  it('is told apart by its media type', () => {
    assert.ok(isStructured(structuredMediaType));
    assert.ok(isStructured('Application/CloudEvents-Batch+json; charset=utf-8'));
    assert.ok(!isStructured('application/json'));
    assert.ok(!isStructured(undefined));
  });

  it('that is none says everything that is wrong with it', () => {
    const wrong = { specversion: '0.3', id: '', source: 7, time: 'yesterday', Region: 'eu', count: 1.5 };
    assert.deepEqual(
      violationsOf(() => fromStructured(JSON.stringify(wrong))),
      [
        'specversion is 0.3: 1.0 is understood',
        'id is "": it takes a text',
        'source is 7: it takes a text',
        'type is missing',
        'time is "yesterday": it takes a time as in 2026-03-01T12:00:00Z',
        'Region is no name of an attribute: lower-case letters and digits are',
        'count is 1.5: it takes a text, a boolean or a whole number of 32 bits',
      ],
    );
    assert.deepEqual(
      violationsOf(() => fromStructured('[1]')),
      ['the message is no JSON object'],
    );
    assert.match(violationsOf(() => fromStructured('{'))[0] ?? '', /^the message is not JSON/);
    const field = (name: string) => ({ 'ce-id': '%zz' })[name];
    assert.deepEqual(
      violationsOf(() => fromBinary('http', ['ce-id'], field, undefined)),
      ['id has a broken escape'],
    );
    const fields = toBinary(orderPlaced.create({ orderId: '1', total: 1 }, { source: '/o' }), 'kafka').fields;
    const broken = () => fromBinary('kafka', Object.keys(fields), (name) => fields[name], Buffer.from('{'));
    assert.match(violationsOf(broken)[0] ?? '', /^data is not JSON/);
  });
});

describe('a type of event', () => {
  it('makes events that say what they are', () => {
    const event = orderPlaced.create(
      { orderId: '4711', total: 12 },
      { source: '/orders', subject: '4711', id: 'e1' },
    );
    assert.equal(event.type, 'orders.placed');
    assert.equal(event.id, 'e1');
    assert.equal(schemaVersion(event), 2);
    assert.deepEqual(orderPlaced.read(event), event);
  });

  it('refuses data that does not fit, with every violation', () => {
    const bad = { orderId: '', total: 'twelve' } as unknown as OrderPlaced;
    assert.deepEqual(
      violationsOf(() => orderPlaced.create(bad, { source: '/orders' })),
      ['data/orderId must NOT have fewer than 1 characters', 'data/total must be number'],
    );
    const other = defineEvent({ type: 'orders.paid', version: 1, schema: {} }).create(
      {},
      { source: '/orders' },
    );
    assert.deepEqual(
      violationsOf(() => orderPlaced.read(other)),
      ['type is orders.paid: orders.placed is expected'],
    );
  });

  it('reads events of another version by its own schema', () => {
    const older = defineEvent({ type: 'orders.placed', version: 1, schema: {} });
    const fit = older.create({ orderId: '1', total: 3, note: 'old' }, { source: '/orders' });
    assert.deepEqual(orderPlaced.read(fit).data, { orderId: '1', total: 3, note: 'old' });
    assert.equal(schemaVersion(fit), 1);
    const unfit = older.create({ orderId: '1' }, { source: '/orders' });
    assert.deepEqual(
      violationsOf(() => orderPlaced.read(unfit)),
      ["data must have required property 'total'"],
    );
  });

  it('has a name, a version and a schema that is one', () => {
    assert.throws(() => defineEvent({ type: '', version: 0, schema: {} }), /type is empty.*\nversion is 0/);
    const broken = defineEvent({ type: 'a', version: 1, schema: { type: 'nothing' } });
    assert.throws(() => broken.check({}), /the schema of a 1 is not fit/);
  });
});
