/**
 * HTTP on the platform's terms: a fastify plugin and an undici client that carry contexts, keep deadlines, shed load,
 * answer with problems and follow the OpenAPI document.
 *
 * @module
 */
export type { VersionOptions } from './api-version.ts';
export { type HttpClient, type HttpClientDescription, httpClient } from './client/client.ts';
export { UnreachableError } from './client/errors.ts';
export type { HttpAttempt, HttpClientObserver, HttpClientOptions } from './client/options.ts';
export type { HttpAnswer, HttpRequest, QueryValue } from './client/request.ts';
export {
  type DeprecationNotice,
  type DeprecationOptions,
  deprecationHeaders,
  readDeprecation,
} from './deprecation.ts';
export type { IdempotencyOptions } from './idempotency/idempotency.ts';
export { memoryIdempotencyStore } from './idempotency/memory-store.ts';
export {
  type PostgresIdempotencyOptions,
  type PostgresIdempotencyStore,
  postgresIdempotencyStore,
  type QueryingPool,
} from './idempotency/postgres-store.ts';
export type { Beginning, IdempotencyStore, IdempotentRequest, KeptAnswer } from './idempotency/store.ts';
export type { HttpExchange, HttpServerObserver, StartedRequest } from './exchange.ts';
export { type ApiClient, apiClient, type CallOptions } from './openapi/api-client.ts';
export { loadOpenapi, type OpenapiDocument } from './openapi/document.ts';
export { OpenapiError } from './openapi/error.ts';
export { type GenerateOptions, generateApi } from './openapi/generate.ts';
export type {
  DocumentedBody,
  DocumentedContent,
  DocumentedOperation,
  DocumentedParameter,
} from './openapi/operations.ts';
export {
  type Handler,
  type Handlers,
  type OperationsOptions,
  registerOperations,
} from './openapi/register.ts';
export { checkRoutes } from './openapi/route-check.ts';
export type {
  AnswerOf,
  ApiDescription,
  HandlerAnswerOf,
  OperationDescription,
  OperationShape,
  OperationShapes,
  RequestOf,
} from './openapi/types.ts';
export { type Problem, ProblemError, type ProblemFields, problemMediaType, problemTypes } from './problem.ts';
export { CallerGone } from './request-scope.ts';
export type { HttpServer, HttpServerDescription, ListeningApp, ListenOptions } from './http-server.ts';
export { httpServer } from './server.ts';
export type { HttpServerOptions } from './server-options.ts';
export type { SheddingOptions, ShedReason } from './shedding.ts';
