import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  AclOperations,
  AclPermissionTypes,
  Admin,
  Consumer,
  Producer,
  ResourcePatternTypes,
  ResourceTypes,
  stringDeserializers,
  stringSerializers,
} from '@platformatic/kafka';
import { type KafkaServer, startKafka } from '../../../toolkit/test-support/index.ts';
import { type AclRule, planAcls } from './acl-plan.ts';
import { transactionPrefix } from './entities.ts';

/** The planned rules, judged by a real broker with Kafka's own authorizer. */

const users = ['admin', 'orders', 'stranger'];
const topics = ['orders.placed', 'payments.settled', 'salaries'];

/** Passwords instead of certificates: rules are about principals, however these proved who they are. */
const settings = {
  'listener.security.protocol.map': 'PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT',
  'inter.broker.listener.name': 'PLAINTEXT',
  'sasl.enabled.mechanisms': 'PLAIN',
  'sasl.mechanism.inter.broker.protocol': 'PLAIN',
  'listener.name.plaintext.plain.sasl.jaas.config': [
    'org.apache.kafka.common.security.plain.PlainLoginModule required username="admin" password="admin"',
    ...users.map((user) => `user_${user}="${user}"`),
  ]
    .join(' ')
    .concat(';'),
  'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
  'super.users': 'User:admin;User:ANONYMOUS',
};

const operations = {
  DescribeConfigs: AclOperations.DESCRIBE_CONFIGS,
  Read: AclOperations.READ,
  Write: AclOperations.WRITE,
};
const resourceTypes = {
  topic: ResourceTypes.TOPIC,
  group: ResourceTypes.GROUP,
  transactionalId: ResourceTypes.TRANSACTIONAL_ID,
};

/** Does what Strimzi's user operator does with the rules of a user. */
async function grant(admin: Admin, user: string, rules: readonly AclRule[]): Promise<void> {
  await admin.createAcls({
    creations: rules.flatMap(({ resource, operations: allowed }) =>
      allowed.map((operation) => ({
        resourceType: resourceTypes[resource.type],
        resourceName: resource.name,
        resourcePatternType:
          resource.patternType === 'literal' ? ResourcePatternTypes.LITERAL : ResourcePatternTypes.PREFIXED,
        principal: `User:${user}`,
        host: '*',
        operation: operations[operation],
        permissionType: AclPermissionTypes.ALLOW,
      })),
    ),
  });
}

/** The authorization errors that a broker answered with, by their names in the protocol. */
function refusals(error: unknown): string[] {
  if (typeof error !== 'object' || error === null) return [];
  const own: unknown = Reflect.get(error, 'apiId');
  const inner: unknown = Reflect.get(error, 'errors');
  const nested = [...(Array.isArray(inner) ? inner : []), Reflect.get(error, 'cause')];
  const named = typeof own === 'string' && own.endsWith('AUTHORIZATION_FAILED') ? [own] : [];
  return [...new Set([...named, ...nested.flatMap(refusals)])];
}

describe('a user with planned rules', () => {
  let kafka: KafkaServer;
  let admin: Admin;

  function connection(user: string) {
    return {
      clientId: user,
      bootstrapBrokers: [kafka.bootstrap],
      sasl: { mechanism: 'PLAIN' as const, username: user, password: user },
      retries: 10,
      retryDelay: 200,
    };
  }

  async function produce(user: string, topic: string, idempotent = false): Promise<void> {
    const producer = new Producer({ ...connection(user), serializers: stringSerializers, idempotent });
    try {
      await producer.send({ messages: [{ topic, key: 'key', value: user }], acks: -1 });
    } finally {
      await producer.close();
    }
  }

  /** Reads one message in a group and says that it was read. */
  async function consume(user: string, topic: string, groupId: string): Promise<string | undefined> {
    const consumer = new Consumer({ ...connection(user), groupId, deserializers: stringDeserializers });
    try {
      const stream = await consumer.consume({ topics: [topic], mode: 'earliest', autocommit: false });
      for await (const message of stream) {
        await message.commit();
        return message.value;
      }
      return undefined;
    } finally {
      await consumer.close(true);
    }
  }

  /** Has the broker open a transaction, which is where it judges the id. */
  async function transact(user: string, transactionalId: string): Promise<void> {
    const options = {
      ...connection(user),
      serializers: stringSerializers,
      idempotent: true,
      transactionalId,
    };
    const producer = new Producer(options);
    try {
      await producer.beginTransaction();
    } finally {
      await producer.close();
    }
  }

  async function createTopic(user: string): Promise<void> {
    const client = new Admin(connection(user));
    try {
      await client.createTopics({ topics: ['made.up'], partitions: 1, replicas: 1 });
    } finally {
      await client.close();
    }
  }

  before(async () => {
    kafka = await startKafka(settings);
    admin = new Admin(connection('admin'));
    await admin.createTopics({ topics, partitions: 1, replicas: 1 });
    const access = {
      publishes: ['orders.placed'],
      consumes: [{ topic: 'payments.settled', group: 'orders' }],
      transactions: transactionPrefix('orders'),
    };
    await grant(admin, 'orders', planAcls(access));
    for (const topic of topics) await produce('admin', topic);
  });

  after(async () => {
    await admin?.close();
    await kafka?.stop();
  });

  test('publishes to its topic, as an idempotent producer too', async () => {
    await produce('orders', 'orders.placed');
    await produce('orders', 'orders.placed', true);
  });

  test('consumes its topic in its group', async () => {
    assert.equal(await consume('orders', 'payments.settled', 'orders'), 'admin');
  });

  test('uses transactional ids of its own', async () => {
    await transact('orders', `${transactionPrefix('orders')}1`);
  });

  const refused: [string, () => Promise<unknown>, string][] = [
    ['publishing to a topic that it consumes', () => produce('orders', 'payments.settled'), 'TOPIC'],
    ['publishing to the topic of another', () => produce('orders', 'salaries'), 'TOPIC'],
    ['consuming a topic that it publishes', () => consume('orders', 'orders.placed', 'orders'), 'TOPIC'],
    ['consuming the topic of another', () => consume('orders', 'salaries', 'orders'), 'TOPIC'],
    ['a group of another', () => consume('orders', 'payments.settled', 'payments'), 'GROUP'],
    [
      'a transactional id of another',
      () => transact('orders', `${transactionPrefix('orders2')}1`),
      'TRANSACTIONAL_ID',
    ],
    ['making a topic', () => createTopic('orders'), 'TOPIC'],
  ];
  for (const [name, attempt, what] of refused) {
    test(`is refused ${name}`, async () => {
      await assert.rejects(attempt, (error) => {
        assert.deepEqual(refusals(error), [`${what}_AUTHORIZATION_FAILED`]);
        return true;
      });
    });
  }

  test('leaves others without any right', async () => {
    await assert.rejects(produce('stranger', 'orders.placed'), (error) => refusals(error).length > 0);
    await assert.rejects(
      consume('stranger', 'payments.settled', 'orders'),
      (error) => refusals(error).length > 0,
    );
  });
});
