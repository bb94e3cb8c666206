import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { definitionValidator } from '../../../tests/support/definition-validation.ts';
import { recordBinding } from '../../../tests/support/recorded-binding.ts';
import { mirror, realSources } from '../../../tests/support/recorded-platform.ts';
import { asRecord, type Manifest } from '../../kit/manifest.ts';
import { streamingNeeds } from '../capability.ts';
import { transactionPrefix } from './entities.ts';
import { strimziCrds, strimziKinds } from './kinds.ts';

const need = {
  client: 'orders',
  namespace: 'commerce',
  publishes: [
    { name: 'orders.placed', partitions: 12, retention: '168h' },
    { name: 'orders.state', compacted: true },
  ],
  consumes: [{ topic: 'payments.settled', group: 'orders' }],
  transactions: true,
};

const environment = { profile: 'production' as const };

function find(objects: readonly Manifest[], kind: string, name: string): Manifest {
  const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
  assert.ok(found, `there is no ${kind} ${name}`);
  return found;
}

describe('a client of streaming', () => {
  test('gets the topics that it publishes, kept as often as the cluster keeps all', async () => {
    const { objects } = await recordBinding(environment, 'streaming', need);
    assert.deepEqual(find(objects, 'KafkaTopic', 'orders.placed').spec, {
      partitions: 12,
      replicas: 3,
      config: { 'cleanup.policy': 'delete', 'retention.ms': 604_800_000 },
    });
    assert.deepEqual(find(objects, 'KafkaTopic', 'orders.state').spec, {
      partitions: 1,
      replicas: 3,
      config: { 'cleanup.policy': 'compact' },
    });
    assert.equal(objects.filter(({ kind }) => kind === 'KafkaTopic').length, 2);
  });

  test('gets a user of its own beside the cluster, with exactly its rights', async () => {
    const { objects } = await recordBinding(environment, 'streaming', need);
    const user = find(objects, 'KafkaUser', 'orders.commerce');
    assert.equal(user.metadata.namespace, 'ninefold-streaming');
    assert.equal(user.metadata.labels?.['strimzi.io/cluster'], 'kafka');
    const allowed = (type: string, name: string, patternType: string, operation: string) => ({
      type: 'allow',
      resource: { type, name, patternType },
      operations: [operation],
    });
    assert.deepEqual(user.spec, {
      authentication: { type: 'tls' },
      authorization: {
        type: 'simple',
        acls: [
          allowed('group', 'orders', 'literal', 'Read'),
          allowed('topic', 'orders.placed', 'literal', 'Write'),
          allowed('topic', 'orders.state', 'literal', 'Write'),
          allowed('topic', 'payments.settled', 'literal', 'Read'),
          allowed('transactionalId', 'orders.commerce_', 'prefix', 'Write'),
        ],
      },
    });
  });

  test('learns where to connect, and reaches brokers and registry only', async () => {
    const { binding } = await recordBinding(environment, 'streaming', need);
    assert.equal(
      binding.environment.KAFKA_BOOTSTRAP_SERVERS,
      'kafka-kafka-bootstrap.ninefold-streaming.svc:9093',
    );
    assert.equal(binding.environment.KAFKA_TRANSACTIONAL_ID_PREFIX, 'orders.commerce_');
    assert.deepEqual(
      binding.egress.map(({ namespace, ports }) => [namespace, ...ports]),
      [
        ['ninefold-streaming', 9093],
        ['ninefold-streaming', 8443],
      ],
    );
  });

  test('mounts its certificate and the authority’s where the environment says they are', async () => {
    const { binding } = await recordBinding(environment, 'streaming', need);
    const mounted = binding.secrets.map(({ mountPath }) => mountPath);
    assert.deepEqual(
      binding.secrets.map(({ secretName }) => secretName),
      ['orders-streaming', 'orders-streaming-authority'],
    );
    const files = Object.entries(binding.environment).filter(([name]) => /_(CERTIFICATE|KEY)$/.test(name));
    assert.equal(files.length, 3);
    for (const [name, file] of files) {
      assert.ok(
        mounted.some((path) => file.startsWith(`${path}/`)),
        `${name} is not in a mounted secret`,
      );
    }
  });

  test('has its Secrets brought to its namespace, read as itself, and nothing else of them', async () => {
    const { objects } = await recordBinding(environment, 'streaming', { ...need, serviceAccount: 'shop' });
    const role = find(objects, 'Role', 'orders-streaming.commerce');
    assert.equal(role.metadata.namespace, 'ninefold-streaming');
    assert.deepEqual(role.rules, [
      {
        apiGroups: [''],
        resources: ['secrets'],
        resourceNames: ['orders.commerce', 'kafka-cluster-ca-cert'],
        verbs: ['get'],
      },
    ]);
    const reader = { kind: 'ServiceAccount', name: 'shop', namespace: 'commerce' };
    assert.deepEqual(find(objects, 'RoleBinding', 'orders-streaming.commerce').subjects, [reader]);
    const copied = (name: string) => {
      const copy = find(objects, 'ExternalSecret', name);
      assert.equal(copy.metadata.namespace, 'commerce');
      const data = asRecord(copy.spec)?.data;
      return (Array.isArray(data) ? data : []).map(({ secretKey, remoteRef }) => [secretKey, remoteRef.key]);
    };
    assert.deepEqual(copied('orders-streaming'), [
      ['user.crt', 'orders.commerce'],
      ['user.key', 'orders.commerce'],
    ]);
    assert.deepEqual(copied('orders-streaming-authority'), [['ca.crt', 'kafka-cluster-ca-cert']]);
  });

  test('beside the cluster mounts what Strimzi writes there', async () => {
    const beside = { ...need, namespace: 'ninefold-streaming' };
    const { binding, objects } = await recordBinding(environment, 'streaming', beside);
    assert.deepEqual(
      binding.secrets.map(({ secretName }) => secretName),
      ['orders.ninefold-streaming', 'kafka-cluster-ca-cert'],
    );
    assert.ok(objects.every(({ kind }) => kind.startsWith('Kafka')));
  });

  test('that only consumes owns no topic', async () => {
    const { objects } = await recordBinding(environment, 'streaming', { ...need, publishes: [] });
    assert.deepEqual(
      objects.map(({ kind }) => kind).filter((kind) => kind.startsWith('Kafka')),
      ['KafkaUser'],
    );
  });

  test('must want something, under a name that fits into a certificate', () => {
    assert.equal(streamingNeeds.safeParse({ ...need, publishes: [], consumes: [] }).success, false);
    assert.equal(streamingNeeds.safeParse({ ...need, client: 'c'.repeat(60) }).success, false);
    assert.equal(streamingNeeds.safeParse(need).success, true);
  });

  test(
    'is given objects that satisfy their real definitions',
    {
      skip: mirror === undefined ? 'there is no mirror of definitions' : false,
    },
    async () => {
      const { objects } = await recordBinding(environment, 'streaming', need);
      const kinds = [strimziKinds.KafkaTopic, strimziKinds.KafkaUser];
      const definitions = realSources.definitions({
        bundle: strimziCrds,
        kinds,
      });
      const validators = new Map(
        definitions.objects.map((definition) => [
          asRecord(asRecord(definition.spec)?.names)?.kind,
          definitionValidator(definition, 'v1'),
        ]),
      );
      const own = objects.filter(({ apiVersion }) => apiVersion.startsWith('kafka.strimzi.io/'));
      assert.ok(own.length > 0);
      for (const object of own) assert.deepEqual(validators.get(object.kind)?.(object), []);
    },
  );
});

test('no user’s transactional ids begin with those of another', () => {
  const word = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,5}[a-z0-9])?$/);
  const user = fc.oneof(
    word,
    fc.tuple(word, word).map(([client, namespace]) => `${client}.${namespace}`),
  );
  fc.assert(
    fc.property(user, user, (one, other) => {
      return one === other || !transactionPrefix(one).startsWith(transactionPrefix(other));
    }),
  );
});
