import type { InstrumentDefinition } from './instrument.ts';

/** The methods that `http.request.method` knows; any other is `_OTHER`. */
const HTTP_METHODS = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'CONNECT',
  'QUERY',
];

/** How many different values are kept of attributes that a service's own code decides. */
const ROUTES = 300;
const ERROR_TYPES = 50;
const STATUS_CODES = 60;
const NAMES = 200;

/**
 * Metrics as OpenTelemetry's semantic conventions define them, with bounds for their attributes.
 * See https://opentelemetry.io/docs/specs/semconv/
 *
 * @example
 * ```ts
 * const duration = metrics.histogram(conventions.dbClientOperationDuration);
 * duration.record(0.004, { 'db.system.name': 'postgresql', 'db.operation.name': 'SELECT' });
 * ```
 */
export const conventions = {
  httpServerRequestDuration: {
    name: 'http.server.request.duration',
    description: 'How long requests took that this service answered',
    unit: 's',
    attributes: {
      'http.request.method': HTTP_METHODS,
      'url.scheme': ['http', 'https'],
      'http.route': ROUTES,
      'http.response.status_code': STATUS_CODES,
      'error.type': ERROR_TYPES,
    },
  },
  httpServerActiveRequests: {
    name: 'http.server.active_requests',
    description: 'Requests that this service is answering',
    unit: '{request}',
    attributes: { 'http.request.method': HTTP_METHODS, 'url.scheme': ['http', 'https'] },
  },
  httpClientRequestDuration: {
    name: 'http.client.request.duration',
    description: 'How long requests took that this service sent',
    unit: 's',
    attributes: {
      'http.request.method': HTTP_METHODS,
      'server.address': NAMES,
      'http.response.status_code': STATUS_CODES,
      'error.type': ERROR_TYPES,
    },
  },
  dbClientOperationDuration: {
    name: 'db.client.operation.duration',
    description: 'How long operations on a database took',
    unit: 's',
    attributes: {
      'db.system.name': NAMES,
      'db.collection.name': NAMES,
      'db.namespace': NAMES,
      'db.operation.name': NAMES,
      'error.type': ERROR_TYPES,
    },
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10],
  },
  messagingClientOperationDuration: {
    name: 'messaging.client.operation.duration',
    description: 'How long sending or receiving messages took',
    unit: 's',
    attributes: {
      'messaging.system': NAMES,
      'messaging.operation.name': NAMES,
      'messaging.destination.name': NAMES,
      'messaging.consumer.group.name': NAMES,
      'error.type': ERROR_TYPES,
    },
  },
  messagingClientSentMessages: {
    name: 'messaging.client.sent.messages',
    description: 'Messages that were sent, or tried to be',
    unit: '{message}',
    attributes: {
      'messaging.system': NAMES,
      'messaging.operation.name': NAMES,
      'messaging.destination.name': NAMES,
      'error.type': ERROR_TYPES,
    },
  },
  messagingClientConsumedMessages: {
    name: 'messaging.client.consumed.messages',
    description: 'Messages that were delivered to this service',
    unit: '{message}',
    attributes: {
      'messaging.system': NAMES,
      'messaging.operation.name': NAMES,
      'messaging.destination.name': NAMES,
      'messaging.consumer.group.name': NAMES,
      'error.type': ERROR_TYPES,
    },
  },
  messagingProcessDuration: {
    name: 'messaging.process.duration',
    description: 'How long handling a message took',
    unit: 's',
    attributes: {
      'messaging.system': NAMES,
      'messaging.operation.name': NAMES,
      'messaging.destination.name': NAMES,
      'messaging.consumer.group.name': NAMES,
      'error.type': ERROR_TYPES,
    },
  },
} as const satisfies Record<string, InstrumentDefinition>;
