import * as z from 'zod';
import { classification, derived, duration, fieldPath, file, name, topicName } from './fields.ts';

const version = (description: string) =>
  z
    .int()
    .min(1)
    .max(1_000)
    .meta({ description, examples: [1] });

/** Compatibility modes by the names of schema registries. */
export const compatibilities = [
  'none',
  'backward',
  'backward-transitive',
  'forward',
  'forward-transitive',
  'full',
  'full-transitive',
] as const;

const previousVersion = z
  .strictObject({
    version: version('Number of the version.'),
    schema: file('./events/placed.v1.json').describe('Its JSON Schema.'),
  })
  .meta({
    id: 'PreviousVersion',
    description: 'An earlier version of an event that may still be in the topic or in use.',
    examples: [{ version: 1, schema: './events/placed.v1.json' }],
  });

const publication = z
  .strictObject({
    topic: topicName.describe('Name of the topic.'),
    version: version('Version of the event that is published now.'),
    schema: file('./events/placed.json').describe('JSON Schema (2020-12) of the event.'),
    previous: z
      .array(previousVersion)
      .max(100)
      .meta({
        description: 'Earlier versions, in ascending order.',
        examples: [[{ version: 1, schema: './events/placed.v1.json' }]],
      })
      .default([]),
    compatibility: z
      .enum(compatibilities)
      .describe(
        'What a new version must keep: `backward`, that it reads events of the version before; `forward`, that the version before reads its events; `full`, both; with `-transitive`, of all versions before.',
      )
      .default('backward'),
    key: fieldPath.describe('Field whose value keeps events in order; required in the schema.'),
    partitions: z
      .int()
      .min(1)
      .max(1_000)
      .meta({ description: 'Most instances that can read side by side.', examples: [12] })
      .default(3),
    retention: duration({ from: '1h', to: '100y', forever: true }, '7d')
      .describe('How long events are kept.')
      .prefault('7d'),
    cleanup: z
      .enum(['delete', 'compact'])
      .describe('What happens after it: `delete` them, or `compact`: keep the last one of each key.')
      .default('delete'),
    classification: derived(
      classification.describe('The most sensitive data that the events carry.'),
      "the service's clearance",
    ),
  })
  .meta({
    id: 'Publication',
    description: 'A topic that the service owns and publishes to.',
    examples: [
      { topic: 'orders.placed', version: 1, schema: './events/placed.json', key: 'orderId', partitions: 12 },
    ],
  });

export const publishes = z
  .array(publication)
  .max(100)
  .meta({
    description: 'Topics that the service publishes to.',
    examples: [[{ topic: 'orders.placed', version: 1, schema: './events/placed.json', key: 'orderId' }]],
  })
  .default([]);

const subscription = z
  .strictObject({
    topic: topicName.describe('Name of the topic.'),
    version: version('Version of the event that the service understands.'),
    schema: file('./events/settled.json')
      .describe(
        "JSON Schema that the service reads with, when it has its own instead of the publisher's of that version.",
      )
      .optional(),
    group: derived(
      name('orders').describe('Consumer group; its members share the partitions.'),
      "the service's name",
    ),
    from: z
      .enum(['earliest', 'latest'])
      .describe('Where a new group starts: with all kept events, or with new ones only.')
      .default('earliest'),
    attempts: z
      .int()
      .min(1)
      .max(100)
      .meta({ description: 'Attempts at one event before it goes to the dead letters.', examples: [5] })
      .default(5),
  })
  .meta({
    id: 'Subscription',
    description: 'A topic that the service reads.',
    examples: [{ topic: 'payments.settled', version: 1, group: 'orders' }],
  });

export const consumes = z
  .array(subscription)
  .max(100)
  .meta({
    description: 'Topics that the service reads.',
    examples: [[{ topic: 'payments.settled', version: 1 }]],
  })
  .default([]);
