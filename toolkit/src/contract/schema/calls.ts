import * as z from 'zod';
import { allowing, classification, derived, duration, name, sentence, unique } from './fields.ts';

const call = z
  .strictObject({
    service: name('stock').describe('Name of the service that is called.'),
    api: z.enum(['http', 'grpc', 'graphql']).describe('Which of its APIs.').default('http'),
    operations: unique(
      allowing(
        z
          .string()
          .max(200)
          .regex(/^[A-Za-z_][A-Za-z0-9_.-]*(\/[A-Za-z_][A-Za-z0-9_]*)?$/),
        'an operationId, a gRPC method such as shop.v1.Stock/GetPrice, or a GraphQL field such as Query.price',
      ).meta({ examples: ['getPrice'] }),
      200,
    )
      .min(1)
      .meta({
        description:
          'What is called: the operationIds of OpenAPI, `package.Service/Method` of gRPC, or `Query.field` of GraphQL.',
        examples: [['getPrice']],
      }),
    deadline: duration({ from: '1ms', to: '1h' }, '300ms').describe(
      "Longest wait for the answer, retries included; the caller's own deadline can only shorten it.",
    ),
    retries: z
      .int()
      .min(0)
      .max(5)
      .meta({ description: 'Further attempts after a failure, within the deadline.', examples: [1] })
      .default(0),
    optional: z
      .boolean()
      .meta({ description: 'Whether the caller answers without it, degraded.', examples: [false] })
      .default(false),
    classification: derived(
      classification.describe('The most sensitive data that the requests carry.'),
      "the service's clearance",
    ),
  })
  .meta({
    id: 'Call',
    description: 'Calls to another service; what is not listed is not let through.',
    examples: [{ service: 'stock', operations: ['getPrice'], deadline: '300ms', retries: 1 }],
  });

export const calls = z
  .array(call)
  .max(100)
  .meta({
    description: 'Synchronous calls to other services.',
    examples: [[{ service: 'stock', operations: ['getPrice'], deadline: '300ms' }]],
  })
  .default([]);

const destination = z
  .strictObject({
    host: allowing(
      z
        .string()
        .max(253)
        .regex(/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]([a-z0-9-]*[a-z0-9])?$/),
      'a full host name in lower case, without wildcard',
    ).meta({ description: 'Full host name.', examples: ['api.bank.example'] }),
    port: z
      .int()
      .min(1)
      .max(65535)
      .meta({ description: 'TCP port.', examples: [443] })
      .default(443),
    reason: sentence.describe('Why it is needed, for those who approve it.'),
  })
  .meta({
    id: 'Egress',
    description: 'A host outside the cluster that the service must reach.',
    examples: [{ host: 'api.bank.example', reason: 'Settlement of card payments.' }],
  });

export const egress = z
  .array(destination)
  .max(100)
  .meta({
    description: 'Hosts outside the cluster; each also needs an exception in the environment.',
    examples: [[{ host: 'api.bank.example', reason: 'Settlement of card payments.' }]],
  })
  .default([]);
