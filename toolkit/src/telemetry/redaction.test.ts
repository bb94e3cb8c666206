import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createRedactor } from './index.ts';

const redactor = createRedactor({ keys: ['IBAN', 'x-shop-signature'] });

test('fields are redacted by name at any depth, whatever their case and separators', () => {
  const input = {
    user: 'ada',
    password: 'a',
    DB_PASSWORD: 'b',
    dbPassword: 'c',
    'x-api-key': 'd',
    iban: 'e',
    headers: { Authorization: 'f', 'set-cookie': ['g'], accept: '*/*', 'X-Shop-Signature': 'h' },
    list: [{ refreshToken: 'i' }, { page: 2 }],
    pin: 'j',
    spinning: true,
    token: '',
    secret: null,
  };
  assert.deepEqual(redactor.value(input), {
    user: 'ada',
    password: '[redacted]',
    DB_PASSWORD: '[redacted]',
    dbPassword: '[redacted]',
    'x-api-key': '[redacted]',
    iban: '[redacted]',
    headers: {
      Authorization: '[redacted]',
      'set-cookie': '[redacted]',
      accept: '*/*',
      'X-Shop-Signature': '[redacted]',
    },
    list: [{ refreshToken: '[redacted]' }, { page: 2 }],
    pin: '[redacted]',
    spinning: true,
    token: '',
    secret: null,
  });
  assert.equal(input.password, 'a', 'the input is left alone');
});

test('texts are redacted where a secret gives itself away', () => {
  const secrets: [text: string, secret: string][] = [
    ['connecting to postgres://app:geheim@db:5432/shop', 'geheim'],
    ['amqps://user:p%40ss@broker', 'p%40ss'],
    ['sent Authorization: Bearer abcdef0123456789', 'abcdef0123456789'],
    ['Basic dXNlcjpwYXNzd29yZA==', 'dXNlcjpwYXNzd29yZA'],
    ['jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl here', 'eyJzdWIiOiIxIn0'],
    ['-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\n-----END EC PRIVATE KEY-----', 'MHcCAQEE'],
    ['GET /login?user=ada&password=hunter2&x=1', 'hunter2'],
    ['{"api_key":"s3cr3t-value"}', 's3cr3t-value'],
  ];
  for (const [text, secret] of secrets) {
    const redacted = redactor.text(text);
    assert.ok(!redacted.includes(secret), redacted);
    assert.ok(redacted.includes('[redacted]'));
  }
  assert.equal(
    redactor.text('GET /login?user=ada&password=hunter2&x=1'),
    'GET /login?user=ada&password=[redacted]&x=1',
  );
  for (const text of ['https://shop.example/a@b', 'a basic fact', 'tokens: none', 'mail ada@example.org']) {
    assert.equal(redactor.text(text), text);
  }
});

test('errors keep name, message, stack and cause, without secrets', () => {
  const cause = Object.assign(new Error('password=hunter2 refused'), { code: 'EAUTH', apiKey: 'k' });
  const redacted = redactor.value({ error: new TypeError('no', { cause }) }) as {
    error: Record<string, unknown> & { cause: Record<string, unknown> };
  };
  assert.equal(redacted.error.type, 'TypeError');
  assert.equal(redacted.error.message, 'no');
  assert.ok(String(redacted.error.stack).includes('redaction.test.ts'));
  assert.equal(redacted.error.cause.message, 'password=[redacted] refused');
  assert.equal(redacted.error.cause.code, 'EAUTH');
  assert.equal(redacted.error.cause.apiKey, '[redacted]');
  assert.ok(!JSON.stringify(redacted).includes('hunter2'));
});

test('whatever the value, nothing under a secret name remains and the rest is as before', () => {
  const keys = fc.constantFrom('name', 'password', 'nested', 'accessToken', 'list');
  const values = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom('visible', 'SECRET', 7, true, null),
      tie('object'),
      tie('list'),
    ),
    object: fc.dictionary(keys, tie('value'), { maxKeys: 4 }),
    list: fc.array(tie('value'), { maxLength: 3 }),
  })).object;
  const expected = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(expected);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, field]) =>
        /password|token/i.test(key) && field !== null ? [key, '[redacted]'] : [key, expected(field)],
      ),
    );
  };
  fc.assert(
    fc.property(values, (value) => {
      const copy = structuredClone(value);
      assert.deepEqual(
        JSON.parse(JSON.stringify(redactor.value(value))),
        JSON.parse(JSON.stringify(expected(value))),
      );
      assert.deepEqual(JSON.parse(JSON.stringify(value)), JSON.parse(JSON.stringify(copy)));
    }),
  );
});

test('what refers to itself or is very deep is cut off', () => {
  const circle: Record<string, unknown> = { name: 'circle' };
  circle.self = circle;
  assert.deepEqual(redactor.value(circle), { name: 'circle', self: '[circular]' });
  let deep: unknown = 'bottom';
  for (let level = 0; level < 20; level++) deep = { deep };
  assert.ok(JSON.stringify(redactor.value(deep)).includes('[too deep]'));
});
