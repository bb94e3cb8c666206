/**
 * What code uses of what a service contract grants, as plain data. Parts of the toolkit say it of themselves; a
 * component of your own says it in its `needs`.
 *
 * @example
 * const needs: Needs = {
 *   calls: [{ service: 'stock', operations: ['getPrice'] }],
 *   publishes: [{ topic: 'orders.placed', version: 1 }],
 *   database: 'postgresql',
 *   secrets: ['payment-key'],
 * };
 */
export interface Needs {
  /** APIs that it serves. */
  readonly apis?: readonly NeededApi[];
  /** Services that it calls. */
  readonly calls?: readonly NeededCall[];
  /** Topics that it publishes to. */
  readonly publishes?: readonly NeededPublication[];
  /** Topics that it reads. */
  readonly consumes?: readonly NeededSubscription[];
  /** The engine of the relational database that it opens. */
  readonly database?: 'postgresql';
  /** The engine of the document database that it opens. */
  readonly documents?: 'mongodb';
  /** Whether it uses the cache. */
  readonly cache?: boolean;
  /** Queues of work that it uses. */
  readonly queues?: readonly NeededQueue[];
  /** Buckets that it uses. */
  readonly buckets?: readonly NeededBucket[];
  /** Names of the secrets that it reads. */
  readonly secrets?: readonly string[];
  /** Hosts outside the cluster that it reaches, as `host` or `host:port`. */
  readonly egress?: readonly string[];
}

/**
 * An API that code serves.
 *
 * @example
 * const api: NeededApi = { kind: 'http', port: 8080 };
 */
export interface NeededApi {
  readonly kind: 'http' | 'grpc' | 'graphql';
  /** The port it listens on; left out where the environment decides. */
  readonly port?: number;
}

/**
 * Calls that code makes.
 *
 * @example
 * const call: NeededCall = { service: 'stock', operations: ['getPrice'] };
 */
export interface NeededCall {
  readonly service: string;
  /** @default 'http' */
  readonly api?: 'http' | 'grpc' | 'graphql';
  /** Operations as the contract names them. @default none in particular */
  readonly operations?: readonly string[];
}

/**
 * A topic that code publishes to.
 *
 * @example
 * const publication: NeededPublication = { topic: 'orders.placed', version: 1 };
 */
export interface NeededPublication {
  readonly topic: string;
  readonly version: number;
  /** The field that keeps events in order. @default whatever the contract says */
  readonly key?: string;
}

/**
 * A topic that code reads.
 *
 * @example
 * const subscription: NeededSubscription = { topic: 'payments.settled', version: 1, group: 'orders' };
 */
export interface NeededSubscription {
  readonly topic: string;
  readonly version: number;
  /** The consumer group. @default whatever the contract says */
  readonly group?: string;
}

/**
 * A queue of work that code uses.
 *
 * @example
 * const queue: NeededQueue = { name: 'thumbnails', access: 'send' };
 */
export interface NeededQueue {
  readonly name: string;
  readonly access: 'send' | 'receive' | 'both';
}

/**
 * A bucket that code uses.
 *
 * @example
 * const bucket: NeededBucket = { name: 'invoices', access: 'write' };
 */
export interface NeededBucket {
  readonly name: string;
  readonly access: 'read' | 'write' | 'both';
}
