import * as z from 'zod';
import { apis } from './apis.ts';
import { calls, egress } from './calls.ts';
import { cost, data, objectives, secrets } from './data.ts';
import { allowing, name, sentence } from './fields.ts';
import { buckets, cache, database, documents, queues } from './stores.ts';
import { consumes, publishes } from './topics.ts';
import { environment, image, management, ports, resources, scale } from './workload.ts';

/** The version of the contract that this package writes. */
export const CONTRACT_VERSION = 'v1';

/** Every field of a contract, before defaults that follow from other fields are filled in. */
export const contractSchema = z
  .strictObject({
    contract: allowing(z.literal(CONTRACT_VERSION), CONTRACT_VERSION).meta({
      description: 'Version of the contract format.',
      examples: [CONTRACT_VERSION],
    }),
    name: name('orders').describe('Name of the service, unique in the environment.'),
    team: name('commerce').describe('Team that owns it.'),
    description: sentence.describe('What it is for, in a sentence.').optional(),
    image,
    apis,
    ports,
    management,
    calls,
    egress,
    publishes,
    consumes,
    database: database.optional(),
    documents: documents.optional(),
    cache: cache.optional(),
    queues,
    buckets,
    secrets,
    environment,
    data,
    objectives,
    scale,
    resources,
    cost,
  })
  .meta({
    id: 'ServiceContract',
    title: 'Service contract',
    description:
      'What a service is, offers and needs: the one source for its infrastructure and its run time.',
    examples: [{ contract: 'v1', name: 'orders', team: 'commerce', image: { name: 'shop/orders' } }],
  });

/** A contract as zod reads it. */
export type ParsedContract = z.output<typeof contractSchema>;
