import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { VirtualClock } from '../testing/virtual-clock.ts';
import {
  type Carrier,
  type Context,
  carrierFields,
  deriveContext,
  extract,
  formatTimeout,
  httpHeaders,
  receivedHeaders,
  inject,
  kafkaHeaders,
  parseTimeout,
  priorities,
  remainingTime,
  rootContext,
} from './index.ts';

const text = fc.string({ unit: 'grapheme' }).map((value) => value.toWellFormed());
const hexadecimal = (length: number) =>
  fc
    .string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length })
    .filter((digits) => !/^0+$/.test(digits));
const token = fc.string({
  unit: fc.constantFrom(..."!#$%&'*+-.^_`|~0123456789ABCXYZabcxyz"),
  minLength: 1,
  maxLength: 20,
});
const states = fc
  .dictionary(fc.stringMatching(/^[a-z][a-z0-9_*/-]{0,8}$/), fc.stringMatching(/^[!-+.-<>-~]{1,10}$/), {
    minKeys: 1,
    maxKeys: 32,
  })
  .map((members) =>
    Object.entries(members)
      .map(([key, value]) => `${key}=${value}`)
      .join(','),
  );

const clock = new VirtualClock();

/** What a context says, without its signal. */
function describeContext({ deadline, priority, principal, tenant, trace, baggage }: Context) {
  return { deadline, priority, principal, tenant, trace, baggage: { ...baggage } };
}

const contexts = fc
  .record(
    {
      // A day: beyond it a remaining time is rounded to whole seconds.
      timeout: fc.integer({ min: 1, max: 86_400_000 }),
      priority: fc.constantFrom(...priorities),
      tenant: text,
      principal: fc.record(
        {
          kind: fc.constantFrom('user' as const, 'service' as const),
          id: text.filter((id) => id !== ''),
          issuer: text,
          scopes: fc.array(text),
        },
        { requiredKeys: ['kind', 'id'], noNullPrototype: true },
      ),
      trace: fc.record(
        { traceId: hexadecimal(32), spanId: hexadecimal(16), flags: fc.nat(255), state: states },
        { requiredKeys: ['traceId', 'spanId', 'flags'], noNullPrototype: true },
      ),
      baggage: fc.dictionary(token, text, { maxKeys: 10 }),
    },
    { requiredKeys: [] },
  )
  .map((changes) => deriveContext(rootContext, { ...changes, clock }));

const carriers: Record<string, () => Carrier> = {
  'HTTP headers in an object': () => httpHeaders({}),
  'HTTP headers of the platform': () => httpHeaders(new Headers()),
  'Kafka headers in a map': () => kafkaHeaders(new Map<string, Buffer>()),
  'Kafka headers in an object': () => kafkaHeaders({}),
};

for (const [name, carrier] of Object.entries(carriers)) {
  describe(name, () => {
    it('carry every valid context unchanged between services that trust each other', () => {
      fc.assert(
        fc.property(contexts, (context) => {
          const fields = carrier();
          const onIgnored = (field: string, reason: string) => assert.fail(`${field}: ${reason}`);
          inject(context, fields, { principal: true, deadline: true, clock, onIgnored });
          const received = extract(fields, { trusted: true, principal: true, clock, onIgnored });
          assert.deepEqual(describeContext(received), describeContext(context));
        }),
      );
    });

    it('never throw, whatever they hold', () => {
      const field = fc.constantFrom(...Object.values(carrierFields));
      fc.assert(
        fc.property(
          fc.array(
            fc.tuple(field, fc.string({ unit: fc.nat(255).map((code) => String.fromCharCode(code)) })),
          ),
          (values) => {
            const fields = carrier();
            for (const [key, value] of values) {
              // `Headers` itself refuses what no HTTP parser would deliver.
              if (!/[\0\r\n]/.test(value)) fields.set(key, value);
            }
            const context = extract(fields, { trusted: true, principal: true, clock });
            inject(context, carrier(), { principal: true, deadline: true, clock });
          },
        ),
      );
    });

    it('name what was written', () => {
      const fields = carrier();
      inject(deriveContext(rootContext, { tenant: 'acme', priority: 'high' }), fields);
      assert.deepEqual([...fields.keys()].sort(), [carrierFields.priority, carrierFields.tenant]);
    });
  });
}

describe('a sender that is not trusted', () => {
  const fields = httpHeaders({});
  const sent = deriveContext(rootContext, {
    clock,
    timeout: 60_000,
    priority: 'critical',
    tenant: 'acme',
    principal: { kind: 'user', id: 'root' },
    trace: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), flags: 1 },
    baggage: { role: 'admin' },
  });
  inject(sent, fields, { principal: true, clock });

  it('gives deadline and trace, but neither identity nor baggage nor a higher priority', () => {
    const ignored: string[] = [];
    const context = extract(fields, { clock, principal: true, onIgnored: (field) => ignored.push(field) });
    assert.deepEqual(describeContext(context), {
      deadline: sent.deadline,
      priority: 'normal',
      principal: undefined,
      tenant: undefined,
      trace: sent.trace,
      baggage: {},
    });
    assert.deepEqual(ignored.sort(), ['baggage', 'request-principal', 'request-priority', 'request-tenant']);
  });

  it('may lower its priority', () => {
    assert.equal(extract(httpHeaders({ 'request-priority': 'background' })).priority, 'background');
    assert.equal(extract(receivedHeaders({ 'request-priority': 'low' })).priority, 'low');
  });

  it('gets no more time than is allowed', () => {
    assert.equal(remainingTime(extract(fields, { clock, maximumTime: 2_000 }), clock), 2_000);
    assert.equal(remainingTime(extract(httpHeaders({}), { clock, maximumTime: 2_000 }), clock), 2_000);
  });
});

describe('the principal', () => {
  it('is neither sent nor read unless both sides say so', () => {
    const context = deriveContext(rootContext, { principal: { kind: 'user', id: 'u1' } });
    const silent: Record<string, string> = {};
    inject(context, httpHeaders(silent));
    assert.deepEqual(silent, {});
    const spoken: Record<string, string> = {};
    inject(context, httpHeaders(spoken), { principal: true });
    assert.equal(extract(httpHeaders(spoken), { trusted: true }).principal, undefined);
    assert.deepEqual(
      extract(httpHeaders(spoken), { trusted: true, principal: true }).principal,
      context.principal,
    );
  });
});

describe('a message that is stored', () => {
  it('does not inherit the deadline of the request that caused it', () => {
    const headers = new Map<string, Buffer>();
    inject(deriveContext(rootContext, { timeout: 100, tenant: 'acme' }), kafkaHeaders(headers));
    assert.deepEqual([...headers.keys()], [carrierFields.tenant]);
  });

  it('carries a deadline as an instant when asked to', async () => {
    const time = new VirtualClock();
    const headers = new Map<string, Buffer>();
    const context = deriveContext(rootContext, { timeout: 100, clock: time });
    inject(context, kafkaHeaders(headers), { deadline: true, clock: time });
    await time.advance(60);
    assert.equal(remainingTime(extract(kafkaHeaders(headers), { clock: time }), time), 40);
  });
});

describe('the carried fields', () => {
  const malformed: Record<string, string[]> = {
    'grpc-timeout': ['', '-1m', '1', '123456789m', '1.5S', '1 m', 'm', '١m'],
    'request-priority': ['urgent', '', 'toString'],
    'request-tenant': ['%', '%E0%A4%A'],
    'request-principal': [
      '%%%',
      'bnVsbA',
      'e30',
      Buffer.from('{"kind":"root","id":"x"}').toString('base64url'),
    ],
    traceparent: [
      '00-00000000000000000000000000000000-00f067aa0ba902b7-01',
      '00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01',
      'ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
      '00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01',
      '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more',
      '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7',
    ],
    tracestate: [
      'novalue',
      'a=1,a=2',
      '=x',
      Array.from({ length: 33 }, (_, index) => `k${index}=v`).join(','),
    ],
  };
  for (const [field, values] of Object.entries(malformed)) {
    it(`are ignored, and named, when ${field} is malformed`, () => {
      for (const value of values) {
        const ignored: string[] = [];
        const context = extract(httpHeaders({ [field]: value }), {
          trusted: true,
          principal: true,
          clock,
          onIgnored: (name) => ignored.push(name),
        });
        assert.deepEqual(describeContext(context), describeContext(rootContext), value);
        assert.deepEqual(ignored, [field], value);
      }
    });
  }

  it('read a traceparent of a later version as far as it is known', () => {
    const context = extract(
      httpHeaders({ traceparent: `cc-${'a'.repeat(32)}-${'b'.repeat(16)}-09-what-comes` }),
    );
    assert.deepEqual(context.trace, { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), flags: 1 });
  });

  it('keep the trace when only the tracestate is broken', () => {
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    const context = extract(httpHeaders({ traceparent, tracestate: 'broken' }));
    assert.deepEqual(context.trace, { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), flags: 1 });
  });

  it('join repeated headers, whatever their case', () => {
    const context = extract(httpHeaders({ Baggage: ['a=1', 'b=2;meta'] }), { trusted: true });
    assert.deepEqual({ ...context.baggage }, { a: '1', b: '2' });
  });

  it('can hold no prototype hostage', () => {
    const context = extract(httpHeaders({ baggage: '__proto__=polluted,constructor=x' }), { trusted: true });
    assert.equal(Object.getPrototypeOf(context.baggage), Object.prototype);
    assert.deepEqual(Object.keys(context.baggage), ['__proto__', 'constructor']);
  });

  it('keep baggage within the limits of W3C, both ways', () => {
    const large = deriveContext(rootContext, {
      baggage: Object.fromEntries(
        Array.from({ length: 100 }, (_, index) => [`key${index}`, 'x'.repeat(200)]),
      ),
    });
    const headers: Record<string, string> = {};
    const ignored: string[] = [];
    inject(large, httpHeaders(headers), { onIgnored: (field) => ignored.push(field) });
    assert.ok(Buffer.byteLength(headers.baggage ?? '') <= 8192);
    const kept = headers.baggage?.split(',').length ?? 0;
    assert.ok(kept > 30 && kept + ignored.length === 100);

    const flood = Array.from({ length: 1_000 }, (_, index) => `k${index}=v`).join(',');
    const received = extract(httpHeaders({ baggage: flood }), { trusted: true });
    assert.equal(Object.keys(received.baggage).length, 64);
  });

  it('leave out baggage whose key is no token', () => {
    const headers: Record<string, string> = {};
    const ignored: string[] = [];
    inject(deriveContext(rootContext, { baggage: { 'a b': '1', ok: '\ud800' } }), httpHeaders(headers), {
      onIgnored: (_, reason) => ignored.push(reason),
    });
    assert.deepEqual(headers, { baggage: 'ok=%EF%BF%BD' });
    assert.match(ignored.join(), /"a b"/);
  });
});

describe('a remaining time on the wire', () => {
  it('is exact to the millisecond for a day and never grows', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e15, noNaN: true }), (milliseconds) => {
        const written = formatTimeout(milliseconds);
        assert.match(written, /^[0-9]{1,8}[HMSmun]$/);
        const read = parseTimeout(written) ?? assert.fail(written);
        assert.ok(read <= milliseconds);
        if (milliseconds <= 86_400_000) assert.equal(read, Math.floor(milliseconds));
      }),
    );
  });

  it('reads every unit of gRPC', () => {
    assert.deepEqual(
      ['2H', '2M', '2S', '2m', '2500u', '2500000n', '1n'].map(parseTimeout),
      [7_200_000, 120_000, 2_000, 2, 2, 2, 0],
    );
  });

  it('leaves an expired context expired', () => {
    const headers: Record<string, string> = {};
    inject(deriveContext(rootContext, { timeout: 0, clock }), httpHeaders(headers), { clock });
    assert.equal(extract(httpHeaders(headers), { clock }).signal.aborted, true);
  });
});
