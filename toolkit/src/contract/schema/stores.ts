import * as z from 'zod';
import { byteSize, classification, derived, duration, name } from './fields.ts';

const backup = z
  .strictObject({
    rpo: duration({ from: '1m', to: '7d' }, '5m')
      .describe('Recovery point objective: the most work that may be lost.')
      .prefault('1h'),
    rto: duration({ from: '1m', to: '7d' }, '1h')
      .describe('Recovery time objective: the longest until it works again.')
      .prefault('4h'),
    retention: duration({ from: '1d', to: '10y' }, '30d')
      .describe('How long backups are kept.')
      .prefault('30d'),
  })
  .meta({ id: 'Backup', description: 'What a loss may cost.', examples: [{ rpo: '5m', rto: '1h' }] })
  .prefault({});

const size = z
  .enum(['small', 'medium', 'large'])
  .describe("How big, in the steps of the environment's profile.")
  .default('small');

const connections = z
  .int()
  .min(1)
  .max(1_000)
  .meta({ description: 'Most connections of one instance.', examples: [10] })
  .default(10);

export const database = z
  .strictObject({
    engine: z.enum(['postgresql']).describe('Kind of database.').default('postgresql'),
    size,
    storage: byteSize({ from: '1Gi', to: '64Ti' }, '20Gi').describe('Space for the data.').prefault('10Gi'),
    connections,
    backup,
  })
  .meta({
    id: 'Database',
    description: 'A relational database of its own.',
    examples: [{ engine: 'postgresql', size: 'small', backup: { rpo: '5m', rto: '1h' } }],
  });

export const documents = z
  .strictObject({
    engine: z.enum(['mongodb']).describe('Kind of document database.').default('mongodb'),
    size,
    storage: byteSize({ from: '1Gi', to: '64Ti' }, '20Gi').describe('Space for the data.').prefault('10Gi'),
    connections,
    backup,
  })
  .meta({
    id: 'Documents',
    description: 'A document database of its own.',
    examples: [{ engine: 'mongodb', size: 'small' }],
  });

export const cache = z
  .strictObject({
    memory: byteSize({ from: '16Mi', to: '1Ti' }, '256Mi').describe('Memory for entries.').prefault('64Mi'),
    eviction: z
      .enum(['least-recently-used', 'least-frequently-used', 'none'])
      .describe('Which entries go when it is full; with `none`, writes fail.')
      .default('least-recently-used'),
    timeToLive: duration({ from: '1s', to: '1y' }, '10m')
      .describe('How long an entry lives unless it says otherwise.')
      .prefault('1h'),
  })
  .meta({
    id: 'Cache',
    description: 'A cache; its loss must cost nothing but time.',
    examples: [{ memory: '256Mi' }],
  });

const queue = z
  .strictObject({
    name: name('invoices').describe('Name of the queue.'),
    access: z
      .enum(['send', 'receive', 'both'])
      .describe('What the service does with it; one service receives, any may send.')
      .default('both'),
    attempts: z
      .int()
      .min(1)
      .max(100)
      .meta({ description: 'Deliveries of one message before it goes to the dead letters.', examples: [5] })
      .default(5),
    classification: derived(
      classification.describe('The most sensitive data that the messages carry.'),
      "the service's clearance",
    ),
  })
  .meta({
    id: 'Queue',
    description: 'A queue of work: each message is done by one receiver.',
    examples: [{ name: 'invoices', access: 'send' }],
  });

export const queues = z
  .array(queue)
  .max(100)
  .meta({ description: 'Queues of work.', examples: [[{ name: 'invoices' }]] })
  .default([]);

const bucket = z
  .strictObject({
    name: name('receipts').describe('Name of the bucket within the service.'),
    access: z.enum(['read', 'write', 'both']).describe('What the service does with it.').default('both'),
    versioned: z
      .boolean()
      .meta({ description: 'Whether overwritten and deleted objects can be had back.', examples: [true] })
      .default(true),
    retention: duration({ from: '1d', to: '100y', forever: true }, '1y')
      .describe('How long objects are kept.')
      .prefault('forever'),
  })
  .meta({
    id: 'Bucket',
    description: 'Object storage of its own.',
    examples: [{ name: 'receipts', retention: '10y' }],
  });

export const buckets = z
  .array(bucket)
  .max(50)
  .meta({ description: 'Buckets of objects.', examples: [[{ name: 'receipts' }]] })
  .default([]);
