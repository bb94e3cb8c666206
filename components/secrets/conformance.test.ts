import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { conformance } from '../../tests/support/conformance/index.ts';
import { definitionValidator } from '../../tests/support/definition-validation.ts';
import { recordBinding } from '../../tests/support/recorded-binding.ts';
import { mirror, planOf, realSources } from '../../tests/support/recorded-platform.ts';
import { asRecord, type Manifest } from '../kit/manifest.ts';
import { profileNames } from '../kit/profile.ts';
import { registry } from '../registry.ts';
import { secrets, type SecretsFacts, secretsNeeds } from './capability.ts';
import { externalSecretsCrds } from './shared/kinds.ts';

const entry = registry.find(({ capability }) => capability.name === 'secrets');
const implementations = entry?.implementations.map(({ name }) => name) ?? [];

const database = {
  name: 'orders',
  host: 'orders-rw.ninefold-database.svc',
  database: 'orders',
  namespace: 'ninefold-database',
  podLabels: { 'cnpg.io/cluster': 'orders' },
  credentials: 'orders-superuser',
  authority: { secretName: 'orders-ca' },
};

const need = {
  name: 'orders',
  namespace: 'commerce',
  serviceAccount: 'orders',
  secrets: [
    { name: 'session', keys: ['key'], generated: true, rotation: '720h', mountPath: '/run/session' },
    { name: 'partner', keys: ['token', 'url'], mountPath: '/run/partner' },
  ],
  transitKeys: ['addresses'],
  databases: [{ database: 'orders', access: 'write' }],
  certificates: true,
  copies: [
    {
      name: 'orders-kafka',
      from: { namespace: 'ninefold-streaming', secretName: 'orders.commerce' },
      keys: ['user.crt', 'user.key'],
      mountPath: '/run/kafka',
    },
  ],
};

function environment(use: string) {
  return { profile: 'small' as const, capabilities: { secrets: { use, databases: [database] } } };
}

function factsOf(use: string, profile: (typeof profileNames)[number]): SecretsFacts {
  const plan = planOf({ profile, capabilities: { secrets: use } });
  return secrets.facts.parse(plan.capabilities.find(({ capability }) => capability === 'secrets')?.facts);
}

function find(objects: readonly Manifest[], kind: string, name: string): Manifest {
  const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
  assert.ok(
    found,
    `there is no ${kind} ${name}: ${objects.map((one) => `${one.kind} ${one.metadata.name}`).join(', ')}`,
  );
  return found;
}

test('there are implementations to compare', () => assert.ok(implementations.length >= 2));

for (const use of implementations) {
  describe(`secrets by ${use}`, () => {
    test('gives facts in every size', () => {
      for (const profile of profileNames) assert.match(factsOf(use, profile).address, /^https:/);
    });

    test('gives the facts that every other one gives, but for its own name', () => {
      const neutral = (facts: SecretsFacts) => ({ ...facts, address: '', pods: {} });
      assert.deepEqual(neutral(factsOf(use, 'small')), neutral(factsOf(implementations[0] ?? '', 'small')));
    });

    test('mounts what the service asked for, and nothing else', async () => {
      const { binding } = await recordBinding(environment(use), 'secrets', need);
      assert.deepEqual(
        binding.secrets.map(({ secretName, mountPath }) => [secretName, mountPath]),
        [
          ['orders-kafka', '/run/kafka'],
          ['orders-session', '/run/session'],
          ['orders-partner', '/run/partner'],
          ['orders-secrets-authority', '/var/run/secrets/ninefold.dev/secrets-authority'],
        ],
      );
      assert.deepEqual(
        binding.tokens?.map(({ audience }) => audience),
        ['ninefold-secrets'],
      );
      assert.deepEqual(
        binding.egress.map(({ namespace, ports }) => [namespace, ...ports]),
        [['ninefold-secrets', 8200]],
      );
    });

    test('delivers as the service itself, into its own namespace', async () => {
      const { objects } = await recordBinding(environment(use), 'secrets', need);
      const store = asRecord(find(objects, 'SecretStore', 'orders').spec);
      const provider = asRecord(asRecord(store?.provider)?.vault);
      const login = asRecord(asRecord(provider?.auth)?.kubernetes);
      assert.equal(login?.role, 'orders.commerce');
      assert.deepEqual(login.serviceAccountRef, { name: 'orders', audiences: ['ninefold-secrets'] });
      const outside = objects
        .filter(({ kind }) => kind === 'ExternalSecret' || kind === 'SecretStore')
        .filter(({ metadata }) => metadata.namespace !== 'commerce');
      assert.deepEqual(outside, []);
    });

    test('copies what was asked for under a right to read exactly that', async () => {
      const { objects } = await recordBinding(environment(use), 'secrets', need);
      const roles = objects.filter(({ kind }) => kind === 'Role');
      assert.deepEqual(
        roles.map(({ metadata, rules }) => [metadata.namespace, rules]),
        [
          [
            'ninefold-streaming',
            [{ apiGroups: [''], resources: ['secrets'], resourceNames: ['orders.commerce'], verbs: ['get'] }],
          ],
          [
            'ninefold-secrets',
            [
              {
                apiGroups: [''],
                resources: ['secrets'],
                resourceNames: ['secrets-authority'],
                verbs: ['get'],
              },
            ],
          ],
        ],
      );
    });

    test('asks nothing of the server for a service that only wants copies', async () => {
      const copies = { ...need, secrets: [], transitKeys: [], databases: [], certificates: false };
      const { objects, binding } = await recordBinding(environment(use), 'secrets', copies);
      assert.deepEqual(objects.map(({ kind }) => kind).sort(), [
        'ExternalSecret',
        'Role',
        'RoleBinding',
        'SecretStore',
      ]);
      assert.deepEqual(binding.egress, []);
    });

    test('refuses a database that nobody named', async () => {
      const wrong = { ...need, databases: [{ database: 'stock', access: 'read' }] };
      await assert.rejects(
        recordBinding(environment(use), 'secrets', wrong),
        /no database "stock".*there: orders/,
      );
    });

    test(
      'gives objects that satisfy their real definitions',
      { skip: mirror === undefined ? 'there is no mirror of definitions' : false },
      async () => {
        const { objects } = await recordBinding(environment(use), 'secrets', need);

        const { kinds } = externalSecretsCrds;
        const definitions = realSources.definitions({ bundle: externalSecretsCrds, kinds }).objects;
        const custom = objects.filter(({ apiVersion }) => apiVersion === 'external-secrets.io/v1');
        assert.ok(custom.length >= 6);
        for (const object of custom) {
          const definition = definitions.find(
            (one) => asRecord(asRecord(one.spec)?.names)?.kind === object.kind,
          );
          assert.ok(definition, join('no definition of', object.kind));
          assert.deepEqual(definitionValidator(definition, 'v1')(object), []);
        }
      },
    );
  });
}

test('needs say what is wrong with them', () => {
  assert.equal(secretsNeeds.safeParse(need).success, true);
  const rotated = { ...need, secrets: [{ name: 'a', keys: ['k'], rotation: '1h', mountPath: '/a' }] };
  assert.match(secretsNeeds.safeParse(rotated).error?.message ?? '', /only values that the platform makes/);
});

/** What one service of the suite that all capabilities share asks for. */
const sample = (name: string, namespace: string) => ({
  name,
  namespace,
  serviceAccount: name,
  secrets: [{ name: 'session', keys: ['key'], generated: true, mountPath: '/run/session' }],
  transitKeys: ['addresses'],
  certificates: true,
  copies: [
    {
      name: `${name}-kafka`,
      from: { namespace: 'ninefold-streaming', secretName: `${name}.${namespace}` },
      mountPath: '/run/kafka',
    },
  ],
});
await conformance('secrets', [
  { name: 'orders', namespace: 'commerce', need: sample('orders', 'commerce') },
  { name: 'stock', namespace: 'commerce', need: sample('stock', 'commerce') },
  { name: 'other orders', namespace: 'accounting', need: sample('orders', 'accounting') },
]);
