import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { checkGolden } from '../../../tests/support/golden.ts';
import { recordBinding } from '../../../tests/support/recorded-binding.ts';
import { leaves } from '../../../tests/support/leaves.ts';
import {
  objectsOf,
  planOf,
  recordPlatform,
  type TestEnvironment,
} from '../../../tests/support/recorded-platform.ts';
import { asRecord } from '../../kit/manifest.ts';
import { InvalidInputError } from '../../kit/violation.ts';
import { gatewayNeeds } from '../capability.ts';
import { tokenBucket } from './rate-limit.ts';

const issuer = { url: 'https://login.example.org', keys: 'https://login.example.org/keys' };

const login = {
  service: 'oauth2-proxy',
  namespace: 'ninefold-identity',
  port: 443,
  podPort: 4443,
  podLabels: { app: 'oauth2-proxy' },
};

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
  {
    name: 'with a login, and a log of what fails',
    environment: {
      profile: 'minimal',
      capabilities: { gateway: { issuer, login, accessLog: 'errors' } },
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

  test('with an audience finds its token verified too, since demanding one that nobody verified demands nothing', async () => {
    const kinds = async (capabilities: object) =>
      objectsOf((await recordPlatform({ profile: 'minimal', capabilities: { ...capabilities } })).all)
        .map(({ object }) => object)
        .filter(({ kind }) => kind === 'RequestAuthentication');
    assert.deepEqual(await kinds({}), []);
    const [verified, ...others] = await kinds({ gateway: { issuer } });
    assert.deepEqual(others, []);
    const { targetRefs, jwtRules } = asRecord(verified?.spec) ?? {};
    assert.deepEqual(targetRefs, [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'platform' }]);
    assert.deepEqual(jwtRules, [{ issuer: issuer.url, jwksUri: issuer.keys, forwardOriginalToken: true }]);
  });

  test('with a rate is limited by the gateway’s own filter, under the name that Istio gives the route', async () => {
    const asked = { ...need, rate: { requests: 30, per: 'minute' } };
    const { objects } = await recordBinding({ profile: 'production' }, 'gateway', asked);
    const [filter] = objects.filter(({ kind }) => kind === 'EnvoyFilter');
    assert.equal(filter?.metadata.namespace, 'ninefold-gateway');
    const found = leaves(filter.spec);
    const at = (end: string) => found.find(({ path }) => path.endsWith(end))?.value;
    assert.equal(at('vhost.route.name'), 'commerce.orders.0');
    // Three replicas share what may get through.
    assert.equal(at('token_bucket.max_tokens'), 10);
    assert.equal(at('token_bucket.fill_interval'), '60s');
    const without = await recordBinding({ profile: 'production' }, 'gateway', need);
    assert.ok(without.objects.every(({ kind }) => kind !== 'EnvoyFilter'));
  });

  test('with an audience is refused while nobody issues tokens, and never left open', async () => {
    await assert.rejects(
      allowed({ profile: 'minimal' }, { audience: 'customers' }),
      /set capabilities\.gateway\.issuer/,
    );
  });

  test('with a login asks about everybody but those at the pages of the login, and still demands the token', async () => {
    const environment = { profile: 'minimal', capabilities: { gateway: { issuer, login } } } as const;
    const asked = { ...need, path: '/', audience: 'customers', login: true };
    const { objects } = await recordBinding(environment, 'gateway', asked);
    const policy = (name: string) => {
      const found = objects.find(
        ({ kind, metadata }) => kind === 'AuthorizationPolicy' && metadata.name === name,
      );
      const { action, rules, provider } = asRecord(found?.spec) ?? {};
      return { action, rules, provider };
    };
    const hosts = ['shop.ninefold.internal', 'shop.ninefold.internal:*'];
    assert.deepEqual(policy('route-commerce-orders-login'), {
      action: 'CUSTOM',
      provider: { name: 'ninefold-login' },
      rules: [{ to: [{ operation: { hosts, paths: ['/*'], notPaths: ['/oauth2', '/oauth2/*'] } }] }],
    });
    assert.deepEqual(policy('route-commerce-orders'), {
      action: 'ALLOW',
      provider: undefined,
      rules: [
        {
          from: [{ source: { requestPrincipals: ['https://login.example.org/*'] } }],
          to: [{ operation: { hosts, paths: ['/*'] } }],
          when: [{ key: 'request.auth.audiences', values: ['customers'] }],
        },
      ],
    });
    assert.deepEqual(policy('login-commerce-orders'), {
      action: 'ALLOW',
      provider: undefined,
      rules: [{ to: [{ operation: { hosts, paths: ['/oauth2', '/oauth2/*'] } }] }],
    });
  });

  test('never gets a login that leaves it open', async () => {
    const without = { profile: 'minimal', capabilities: { gateway: { issuer } } } as const;
    const asked = (environment: TestEnvironment, wanted: object) =>
      recordBinding(environment, 'gateway', { ...need, ...wanted, login: true });
    await assert.rejects(asked(without, { audience: 'a' }), /set capabilities\.gateway\.login/);
    const environment = { profile: 'minimal', capabilities: { gateway: { issuer, login } } } as const;
    await assert.rejects(asked(environment, {}), /say by audience/);
    await assert.rejects(
      asked(environment, { audience: 'a', path: '/oauth2/callback' }),
      /the pages of the login are there/,
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

test('a login without an issuer is refused', () => {
  assert.throws(
    () => planOf({ profile: 'minimal', capabilities: { gateway: { login } } }),
    (error) =>
      error instanceof InvalidInputError &&
      error.violations.map(({ path }) => path).join() === 'capabilities.gateway.login',
  );
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
