import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as z from 'zod';
import { deriveContext, rootContext } from '../context/index.ts';
import { VirtualClock } from '../testing/index.ts';
import { createUsageEvents, type UsageEvent } from './index.ts';

const completed = {
  version: 2,
  description: 'A customer completed a checkout',
  schema: z.strictObject({
    items: z.int(),
    total: z.number(),
    channel: z.enum(['web', 'app']),
    note: z.string().optional(),
  }),
} as const;

const key = 'k'.repeat(32);

function usageOf(options: { pseudonymKey?: string } = {}) {
  const sent: UsageEvent[] = [];
  const refused: string[] = [];
  const usage = createUsageEvents({
    service: 'shop',
    events: {
      'checkout.completed': completed,
      'mail.subscribed': {
        version: 1,
        description: 'Somebody subscribed',
        schema: z.strictObject({ customer: z.strictObject({ email: z.email() }), list: z.string() }),
        personal: { 'customer.email': 'sends the newsletter' },
      },
    },
    send: (event) => void sent.push(event),
    onRefused: (name, violations) => refused.push(`${name}: ${violations.join('; ')}`),
    clock: new VirtualClock(),
    ...options,
  });
  return { usage, sent, refused };
}

test('an event is checked and tells when, where, for whom, without telling who', async () => {
  const { usage, sent } = usageOf({ pseudonymKey: key });
  const context = deriveContext(rootContext, {
    tenant: 'acme',
    principal: { kind: 'user', id: 'ada@example.org', issuer: 'https://login.example.org' },
  });
  assert.equal(usage.track('checkout.completed', { items: 3, total: 59.7, channel: 'web' }, context), true);
  usage.track('checkout.completed', { items: 1, total: 5, channel: 'app' }, context);
  await usage.flush();
  const [first, second] = sent;
  assert.deepEqual(
    { ...first, id: '', subject: '' },
    {
      id: '',
      name: 'checkout.completed',
      version: 2,
      time: '2026-01-01T00:00:00.000Z',
      service: 'shop',
      tenant: 'acme',
      subject: '',
      personal: [],
      data: { items: 3, total: 59.7, channel: 'web' },
    },
  );
  assert.notEqual(first?.id, second?.id);
  assert.match(first?.subject ?? '', /^[\w-]{43}$/);
  assert.equal(first?.subject, second?.subject);
  assert.ok(!JSON.stringify(sent).includes('ada@example.org'));
  const other = usageOf({ pseudonymKey: 'x'.repeat(32) });
  other.usage.track('checkout.completed', { items: 1, total: 5, channel: 'app' }, context);
  assert.notEqual(other.sent[0]?.subject, first?.subject);
  assert.deepEqual(usage.counts, { sent: 2, refused: 0, failed: 0 });
});

test('what does not fit the schema, or looks like undeclared personal data, does not leave', () => {
  const { usage, sent, refused } = usageOf();
  const good = { items: 1, total: 5, channel: 'web' } as const;
  assert.equal(usage.track('checkout.completed', { ...good, items: 1.5 }), false);
  assert.equal(usage.track('checkout.completed', { ...good, extra: 1 } as typeof good), false);
  for (const note of [
    'write to ada@example.org',
    'from 192.168.10.20',
    'call +49 170 1234567',
    'DE89 3704 0044 0532 0130 00',
  ]) {
    assert.equal(usage.track('checkout.completed', { ...good, note }), false, note);
  }
  assert.equal(
    usage.track('checkout.completed', { ...good, note: 'ordered 3 for 12.50 on 2026-11-24' }),
    true,
  );
  assert.equal(sent.length, 1);
  assert.equal(refused.length, 6);
  assert.match(refused[0] ?? '', /checkout\.completed: items: /);
  assert.match(refused[2] ?? '', /note holds what looks like an e-mail address/);
  assert.ok(!refused.join().includes('ada@'), 'values are not repeated');
  assert.equal(usage.counts.refused, 6);
});

test('declared personal data leaves, and its fields are named', () => {
  const { usage, sent } = usageOf();
  usage.track('mail.subscribed', { customer: { email: 'ada@example.org' }, list: 'news' });
  assert.deepEqual(sent[0]?.personal, ['customer.email']);
  assert.equal(sent[0]?.subject, undefined);
  assert.deepEqual(
    usage.describe().map(({ name, personal }) => [name, personal]),
    [
      ['checkout.completed', {}],
      ['mail.subscribed', { 'customer.email': 'sends the newsletter' }],
    ],
  );
});

test('a definition with undeclared personal data is refused, with all that is wrong', () => {
  const schema = z.object({
    customer: z.object({ firstName: z.string(), city: z.string(), kind: z.string() }),
    contacts: z.array(z.object({ phoneNumber: z.string() })),
    reach: z.union([z.email(), z.null()]),
    image: z.string(),
    package: z.string(),
  });
  const define = () =>
    createUsageEvents({
      service: 'shop',
      events: { signup: { version: 1, description: 'Signed up', schema, personal: { contacts: ' ' } } },
      send: () => undefined,
      pseudonymKey: 'short',
    });
  assert.throws(define, (error: Error) => {
    const lines = error.message.split('\n');
    assert.equal(lines.length, 5, error.message);
    for (const path of ['customer.firstName', 'customer.city', 'reach']) {
      assert.ok(lines.some((line) => line.includes(`signup: ${path} is called like personal data`)));
    }
    assert.ok(lines.some((line) => line.includes('say for what contacts is needed')));
    assert.ok(lines.some((line) => line.includes('pseudonymKey is too short')));
    return true;
  });
});

test('a sink that fails does not fail the work', async () => {
  const usage = createUsageEvents({
    service: 'shop',
    events: { 'checkout.completed': completed },
    send: () => Promise.reject(new Error('the broker is away')),
  });
  assert.equal(usage.track('checkout.completed', { items: 1, total: 5, channel: 'web' }), true);
  await usage.flush();
  assert.deepEqual(usage.counts, { sent: 0, refused: 0, failed: 1 });
});
