import * as z from 'zod';
import { allowing, byteSize, classification, derived, file, port, rate, unique } from './fields.ts';

export const expose = z
  .strictObject({
    host: allowing(
      z
        .string()
        .max(100)
        .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/),
      "labels below the environment's domain, such as shop or api.shop",
    ).meta({ description: "Host below the environment's domain.", examples: ['shop'] }),
    path: allowing(
      z
        .string()
        .max(200)
        .regex(/^\/([A-Za-z0-9._~-]+(\/[A-Za-z0-9._~-]+)*)?$/),
      'a path that starts with a slash and does not end with one',
    )
      .meta({ description: 'Every path below it is routed here.', examples: ['/orders'] })
      .default('/'),
    audience: z.enum(['public', 'customers', 'partners', 'employees']).meta({
      description:
        'Who may come: `public` is anybody, without a login; the others sign in with the identity provider.',
      examples: ['customers'],
    }),
    rate: rate.describe('Most requests of one client; more are answered with 429.').optional(),
    body: byteSize({ from: '1Ki', to: '1Gi' }, '1Mi').describe('Largest request body.').prefault('1Mi'),
    scopes: unique(
      allowing(
        z
          .string()
          .max(100)
          .regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/),
        'an OAuth 2.0 scope without blanks',
      ).meta({ examples: ['orders:read'] }),
      50,
    )
      .meta({ description: 'OAuth 2.0 scopes that every token must hold.', examples: [['orders:read']] })
      .default([]),
  })
  .meta({
    id: 'Expose',
    description: 'The way in from outside the cluster.',
    examples: [{ host: 'shop', path: '/orders', audience: 'customers', rate: '200/s' }],
  });

const common = (example: number) => ({
  port: port(example).describe('Port that serves it; APIs of one service may share one.').default(example),
  expose: expose.optional(),
  classification: derived(
    classification.describe('The most sensitive data that its answers carry.'),
    "the service's clearance",
  ),
});

const http = z
  .strictObject({
    ...common(8080),
    openapi: file('./openapi.yaml').describe(
      'OpenAPI 3.1 document, the source of routes, types and clients.',
    ),
  })
  .meta({
    id: 'HttpApi',
    description: 'A REST API described by OpenAPI 3.1.',
    examples: [{ port: 8080, openapi: './openapi.yaml' }],
  });

const grpc = z
  .strictObject({
    ...common(9090),
    protobuf: file('./stock.proto').describe('Protocol Buffers file with the services.'),
  })
  .meta({
    id: 'GrpcApi',
    description: 'A gRPC API described by Protocol Buffers.',
    examples: [{ port: 9090, protobuf: './stock.proto' }],
  });

const graphql = z
  .strictObject({
    ...common(8080),
    schema: file('./schema.graphql').describe('GraphQL schema in its definition language.'),
    path: allowing(
      z
        .string()
        .max(200)
        .regex(/^\/[A-Za-z0-9._~/-]*$/),
      'a path that starts with a slash',
    )
      .meta({ description: 'Path of the endpoint.', examples: ['/graphql'] })
      .default('/graphql'),
  })
  .meta({
    id: 'GraphqlApi',
    description: 'A GraphQL API.',
    examples: [{ port: 8080, schema: './schema.graphql' }],
  });

export const apis = z
  .strictObject({ http: http.optional(), grpc: grpc.optional(), graphql: graphql.optional() })
  .meta({
    id: 'Apis',
    description: 'What other services, and people where exposed, may call.',
    examples: [{ http: { port: 8080, openapi: './openapi.yaml' } }],
  })
  .default({});
