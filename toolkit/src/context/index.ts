/**
 * What travels with a piece of work: deadline, priority, principal, tenant, trace and baggage, over every transport.
 *
 * @module
 */
export {
  type Carrier,
  carrierFields,
  type ExtractOptions,
  extract,
  type InjectOptions,
  inject,
} from './carrier.ts';
export {
  type Context,
  type ContextChanges,
  currentContext,
  deriveContext,
  detachContext,
  finishContext,
  type Principal,
  rootContext,
  runInContext,
} from './context.ts';
export { DeadlineExceeded, remainingTime, throwIfDone } from './deadline.ts';
export { type HttpHeaders, httpHeaders, receivedHeaders } from './http.ts';
export { type KafkaHeaders, kafkaHeaders } from './kafka.ts';
export { comparePriority, isPriority, type Priority, priorities } from './priority.ts';
export { type SqlSettingsOptions, sqlComment, sqlSettings, sqlSettingsStatement } from './sql.ts';
export { formatTimeout, parseTimeout } from './timeout.ts';
export { formatTraceparent, normalizeTracestate, parseTraceparent, type TraceContext } from './trace.ts';
