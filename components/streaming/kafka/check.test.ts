import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { planOf } from '../../../tests/support/recorded-platform.ts';
import { InvalidInputError } from '../../kit/violation.ts';

/** What is wrong with streaming settings, as `path: problem`. */
function problems(streaming: Record<string, unknown>): string[] {
  try {
    planOf({ profile: 'minimal', capabilities: { streaming } });
    return [];
  } catch (error) {
    assert.ok(error instanceof InvalidInputError, String(error));
    return error.violations.map(
      ({ path, problem }) => `${path.replace('capabilities.streaming.', '')}: ${problem}`,
    );
  }
}

const topic = { name: 'orders' };

describe('settings of Kafka are refused for', () => {
  const cases: [string, Record<string, unknown>, RegExp[]][] = [
    [
      'more copies than brokers',
      { brokers: 1, replication: { factor: 3 } },
      [/^replication.factor: a message can’t have more copies than there are brokers/],
    ],
    [
      'copies that must all be written',
      { brokers: 3, replication: { minInSync: 3 } },
      [/^replication.minInSync: every copy must be written, so no broker may ever be away/],
    ],
    [
      'more written copies than there are',
      { brokers: 3, replication: { factor: 2, minInSync: 3 } },
      [/^replication.minInSync: more copies must be written than there are/],
    ],
    [
      'an even number of brokers that vote',
      { brokers: 4 },
      [/^controllers.replicas: 4 brokers that are controllers too can’t form a sound majority/],
    ],
    ['an even number of controllers', { controllers: { replicas: 4 } }, [/^controllers.replicas: /]],
    ['keeping messages for no time', { retention: '0s' }, [/^retention: messages would be gone at once/]],
    [
      'topics that outgrow the disks',
      { storage: '10Gi', topics: [{ ...topic, partitions: 12, retentionBytes: '1Gi' }] },
      [/^storage: the topics may grow to 12Gi with all copies, but 1 disks of this size hold 8Gi/],
    ],
    ['two topics of one name', { topics: [topic, topic] }, [/^topics.1.name: there is already a topic/]],
    [
      'a topic that the registry uses',
      { topics: [{ name: 'kafkasql-journal' }] },
      [/^topics.0.name: there is already a topic/],
    ],
    ['a name that Kubernetes refuses', { topics: [{ name: 'Orders_placed' }] }, [/^topics.0.name: /]],
    [
      'two users of one name',
      {
        topics: [topic],
        users: [
          { name: 'a', publishes: ['orders'] },
          { name: 'a', publishes: ['orders'] },
        ],
      },
      [/^users.1.name: there is already a user/],
    ],
    [
      'the user of the registry',
      { topics: [topic], users: [{ name: 'schema-registry', publishes: ['orders'] }] },
      [/^users.0.name: /],
    ],
    ['a user that may do nothing', { users: [{ name: 'a' }] }, [/^users.0: the user may do nothing/]],
    [
      'users of topics that are not there',
      { users: [{ name: 'a', publishes: ['x'], consumes: [{ topic: 'y', group: 'a' }] }] },
      [/^users.0.publishes.0: there is no such topic/, /^users.0.consumes.0.topic: there is no such topic/],
    ],
    [
      'several reasons at once',
      { brokers: 2, replication: { factor: 3 }, users: [{ name: 'a' }] },
      [/^replication.factor: /, /^controllers.replicas: /, /^users.0: /],
    ],
  ];
  for (const [name, settings, expected] of cases) {
    test(name, () => {
      const found = problems(settings);
      assert.equal(found.length, expected.length, found.join('\n'));
      for (const pattern of expected) {
        assert.ok(
          found.some((one) => pattern.test(one)),
          `${pattern} is not in\n${found.join('\n')}`,
        );
      }
    });
  }
});

describe('settings of Kafka are accepted with', () => {
  const cases: [string, Record<string, unknown>][] = [
    ['any number of brokers beside controllers of their own', { brokers: 4, controllers: { replicas: 3 } }],
    ['one broker', { brokers: 1 }],
    ['five brokers that vote', { brokers: 5 }],
    ['two copies of which one must be written', { brokers: 3, replication: { factor: 2 } }],
    [
      'topics that just fit',
      { storage: '10Gi', topics: [{ ...topic, partitions: 8, retentionBytes: '1Gi' }] },
    ],
    [
      'users of the topics that are listed',
      { topics: [topic], users: [{ name: 'a', consumes: [{ topic: 'orders', group: 'Any_Group.1' }] }] },
    ],
  ];
  for (const [name, settings] of cases) test(name, () => assert.deepEqual(problems(settings), []));
});
