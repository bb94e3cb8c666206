/**
 * HTTP on the platform's terms: a fastify plugin and an undici client that carry contexts, keep deadlines, shed load,
 * answer with problems and follow the OpenAPI document.
 *
 * @module
 */
export {
  type DeprecationNotice,
  type DeprecationOptions,
  deprecationHeaders,
  readDeprecation,
} from './deprecation.ts';
export type { HttpExchange, HttpServerObserver, StartedRequest } from './exchange.ts';
export {
  type Problem,
  ProblemError,
  type ProblemFields,
  problemMediaType,
  problemTypes,
} from './problem.ts';
export { CallerGone } from './request-scope.ts';
export {
  type HttpServer,
  type HttpServerDescription,
  httpServer,
  type ListeningApp,
  type ListenOptions,
} from './server.ts';
export type { HttpServerOptions } from './server-options.ts';
export type { SheddingOptions, ShedReason } from './shedding.ts';
