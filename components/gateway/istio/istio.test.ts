import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { checkGolden } from '../../../tests/support/golden.ts';
import { recordBinding } from '../../../tests/support/recorded-binding.ts';
import { recordPlatform, type TestEnvironment } from '../../../tests/support/recorded-platform.ts';
import { asRecord } from '../../kit/manifest.ts';
import { gatewayNeeds } from '../capability.ts';
import { tokenBucket } from './rate-limit.ts';

const issuer = { url: 'https://login.example.org', keys: 'https://login.example.org/keys' };

const cases: readonly { name: string; environment: TestEnvironment }[] = [
  { name: 'minimal', environment: { profile: 'minimal' } },
  { name: 'small', environment: { profile: 'small' } },
  { name: 'production', environment: { profile: 'production' } },
  {
    name: 'inside only, with an issuer',
    environment: {
      profile: 'minimal',
      domain: 'shop.example.org',
      capabilities: { gateway: { address: 'ClusterIP', clients: ['10.0.0.0/8'], issuer } },
    },
  },
];

test('settings yield the objects of the golden file', async () => {
  const recorded = [];
  for (const { name, environment } of cases) {
    const { layers } = await recordPlatform(environment);
    recorded.push({ name, settings: environment, graph: layers.platform });
  }
  checkGolden(join(import.meta.dirname, 'istio.golden.yaml'), 'gateway', recorded);
});

const need = {
  name: 'orders',
  namespace: 'commerce',
  host: 'shop',
  path: '/orders',
  service: { name: 'orders', port: 80, targetPort: 8080, podLabels: { app: 'orders' } },
  timeout: 3000,
};

async function allowed(environment: TestEnvironment, asked: object) {
  const { objects } = await recordBinding(environment, 'gateway', { ...need, ...asked });
  const policy = objects.find(({ kind }) => kind === 'AuthorizationPolicy');
  const rules = asRecord(policy?.spec)?.rules;
  assert.ok(Array.isArray(rules) && rules.length === 1);
  return rules[0];
}

describe('a route', () => {
  test('is allowed for its host, its path and its methods only', async () => {
    assert.deepEqual(await allowed({ profile: 'minimal' }, { methods: ['GET'] }), {
      to: [
        {
          operation: {
            hosts: ['shop.ninefold.internal', 'shop.ninefold.internal:*'],
            paths: ['/orders', '/orders/*'],
            methods: ['GET'],
          },
        },
      ],
    });
  });

  test('with an audience is allowed with a token of the issuer that is meant for it', async () => {
    const environment = { profile: 'minimal', capabilities: { gateway: { issuer } } } as const;
    const { from, when } = await allowed(environment, { audience: 'customers' });
    assert.deepEqual(from, [{ source: { requestPrincipals: ['https://login.example.org/*'] } }]);
    assert.deepEqual(when, [{ key: 'request.auth.audiences', values: ['customers'] }]);
  });

  test('with an audience is refused while nobody issues tokens, and never left open', async () => {
    await assert.rejects(
      allowed({ profile: 'minimal' }, { audience: 'customers' }),
      /set capabilities\.gateway\.issuer/,
    );
  });

  test('must begin with a path that leaves no doubt', () => {
    for (const path of ['orders', '/orders/', '/orders*', '/a b']) {
      assert.equal(gatewayNeeds.safeParse({ ...need, path }).success, false, path);
    }
    for (const path of ['/', '/orders', '/orders/open']) {
      assert.equal(gatewayNeeds.safeParse({ ...need, path }).success, true, path);
    }
  });
});

test('replicas together let through what was asked for, and less than one request each more', () => {
  const rate = fc.record({
    requests: fc.integer({ min: 1, max: 1_000_000 }),
    per: fc.constantFrom('second' as const, 'minute' as const, 'hour' as const),
  });
  fc.assert(
    fc.property(rate, fc.integer({ min: 1, max: 50 }), (asked, replicas) => {
      const { max_tokens, tokens_per_fill, fill_interval } = tokenBucket(asked, replicas);
      assert.equal(max_tokens, tokens_per_fill);
      assert.ok(max_tokens * replicas >= asked.requests);
      assert.ok(max_tokens * replicas < asked.requests + replicas);
      assert.equal(fill_interval, { second: '1s', minute: '60s', hour: '3600s' }[asked.per]);
    }),
  );
});
