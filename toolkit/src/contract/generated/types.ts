// Written by `npm run schema -w toolkit` from ../schema. Do not edit.

import type { ByteSize, ByteSizeText, Duration, DurationText, ProcessorTime, ProcessorTimeText, Rate, RateText } from '../units.ts';

/**
 * The container image. As written.
 *
 * @example
 * const value: ImageInput = { name: 'shop/orders', tag: '1.4.0' };
 */
export interface ImageInput {
  /** Repository path; the platform puts its registry before it. */
  readonly name: string;
  /** For people to read; what runs is what the digest names. */
  readonly tag?: string;
  /** What runs, exactly. Left out where a release fills it in. */
  readonly digest?: string;
}

/**
 * The container image. As read, with all defaults.
 *
 * @example
 * function read(contract: ServiceContract): Image {
 *   return contract.image;
 * }
 */
export interface Image {
  /** Repository path; the platform puts its registry before it. */
  readonly name: string;
  /** For people to read; what runs is what the digest names. */
  readonly tag?: string;
  /** What runs, exactly. Left out where a release fills it in. */
  readonly digest?: string;
}

/**
 * The way in from outside the cluster. As written.
 *
 * @example
 * const value: ExposeInput = { host: 'shop', path: '/orders', audience: 'customers', rate: '200/s' };
 */
export interface ExposeInput {
  /** Host below the environment's domain. */
  readonly host: string;
  /** Every path below it is routed here. @default "/" */
  readonly path?: string;
  /** Who may come: `public` is anybody, without a login; the others sign in with the identity provider. */
  readonly audience: 'public' | 'customers' | 'partners' | 'employees';
  /** Most requests of one client; more are answered with 429. */
  readonly rate?: RateText;
  /** Largest request body. @default "1Mi" */
  readonly body?: ByteSizeText;
  /** OAuth 2.0 scopes that every token must hold. @default [] */
  readonly scopes?: readonly string[];
}

/**
 * The way in from outside the cluster. As read, with all defaults.
 *
 * @example
 * function read(contract: ServiceContract): Expose | undefined {
 *   return contract.apis.http?.expose;
 * }
 */
export interface Expose {
  /** Host below the environment's domain. */
  readonly host: string;
  /** Every path below it is routed here. @default "/" */
  readonly path: string;
  /** Who may come: `public` is anybody, without a login; the others sign in with the identity provider. */
  readonly audience: 'public' | 'customers' | 'partners' | 'employees';
  /** Most requests of one client; more are answered with 429. */
  readonly rate?: Rate;
  /** Largest request body. @default "1Mi" */
  readonly body: ByteSize;
  /** OAuth 2.0 scopes that every token must hold. @default [] */
  readonly scopes: readonly string[];
}

/**
 * How sensitive data is.
 *
 * @example
 * const value: Classification = 'internal';
 */
export type Classification = 'public' | 'internal' | 'confidential' | 'personal' | 'sensitive';

/**
 * A REST API described by OpenAPI 3.1. As written.
 *
 * @example
 * const value: HttpApiInput = { port: 8080, openapi: './openapi.yaml' };
 */
export interface HttpApiInput {
  /** Port that serves it; APIs of one service may share one. @default 8080 */
  readonly port?: number;
  /** The way in from outside the cluster. */
  readonly expose?: ExposeInput;
  /** The most sensitive data that its answers carry. @default the service's clearance */
  readonly classification?: Classification;
  /** OpenAPI 3.1 document, the source of routes, types and clients. */
  readonly openapi: string;
}

/**
 * A REST API described by OpenAPI 3.1. As read, with all defaults.
 *
 * @example
 * function read(contract: ServiceContract): HttpApi | undefined {
 *   return contract.apis.http;
 * }
 */
export interface HttpApi {
  /** Port that serves it; APIs of one service may share one. @default 8080 */
  readonly port: number;
  /** The way in from outside the cluster. */
  readonly expose?: Expose;
  /** The most sensitive data that its answers carry. @default the service's clearance */
  readonly classification: Classification;
  /** OpenAPI 3.1 document, the source of routes, types and clients. */
  readonly openapi: string;
}

/**
 * A gRPC API described by Protocol Buffers. As written.
 *
 * @example
 * const value: GrpcApiInput = { port: 9090, protobuf: './stock.proto' };
 */
export interface GrpcApiInput {
  /** Port that serves it; APIs of one service may share one. @default 9090 */
  readonly port?: number;
  /** The way in from outside the cluster. */
  readonly expose?: ExposeInput;
  /** The most sensitive data that its answers carry. @default the service's clearance */
  readonly classification?: Classification;
  /** Protocol Buffers file with the services. */
  readonly protobuf: string;
}

/**
 * A gRPC API described by Protocol Buffers. As read, with all defaults.
 *
 * @example
 * function read(contract: ServiceContract): GrpcApi | undefined {
 *   return contract.apis.grpc;
 * }
 */
export interface GrpcApi {
  /** Port that serves it; APIs of one service may share one. @default 9090 */
  readonly port: number;
  /** The way in from outside the cluster. */
  readonly expose?: Expose;
  /** The most sensitive data that its answers carry. @default the service's clearance */
  readonly classification: Classification;
  /** Protocol Buffers file with the services. */
  readonly protobuf: string;
}

/**
 * A GraphQL API. As written.
 *
 * @example
 * const value: GraphqlApiInput = { port: 8080, schema: './schema.graphql' };
 */
export interface GraphqlApiInput {
  /** Port that serves it; APIs of one service may share one. @default 8080 */
  readonly port?: number;
  /** The way in from outside the cluster. */
  readonly expose?: ExposeInput;
  /** The most sensitive data that its answers carry. @default the service's clearance */
  readonly classification?: Classification;
  /** GraphQL schema in its definition language. */
  readonly schema: string;
  /** Path of the endpoint. @default "/graphql" */
  readonly path?: string;
}

/**
 * A GraphQL API. As read, with all defaults.
 *
 * @example
 * function read(contract: ServiceContract): GraphqlApi | undefined {
 *   return contract.apis.graphql;
 * }
 */
export interface GraphqlApi {
  /** Port that serves it; APIs of one service may share one. @default 8080 */
  readonly port: number;
  /** The way in from outside the cluster. */
  readonly expose?: Expose;
  /** The most sensitive data that its answers carry. @default the service's clearance */
  readonly classification: Classification;
  /** GraphQL schema in its definition language. */
  readonly schema: string;
  /** Path of the endpoint. @default "/graphql" */
  readonly path: string;
}

/**
 * What other services, and people where exposed, may call. As written.
 *
 * @example
 * const value: ApisInput = { http: { port: 8080, openapi: './openapi.yaml' } };
 */
export interface ApisInput {
  /** A REST API described by OpenAPI 3.1. */
  readonly http?: HttpApiInput;
  /** A gRPC API described by Protocol Buffers. */
  readonly grpc?: GrpcApiInput;
  /** A GraphQL API. */
  readonly graphql?: GraphqlApiInput;
}

/**
 * What other services, and people where exposed, may call. As read, with all defaults.
 *
 * @example
 * function read(contract: ServiceContract): Apis {
 *   return contract.apis;
 * }
 */
export interface Apis {
  /** A REST API described by OpenAPI 3.1. */
  readonly http?: HttpApi;
  /** A gRPC API described by Protocol Buffers. */
  readonly grpc?: GrpcApi;
  /** A GraphQL API. */
  readonly graphql?: GraphqlApi;
}

/**
 * A port that is neither an API nor the management port. As written.
 *
 * @example
 * const value: PortInput = { port: 7000 };
 */
export interface PortInput {
  /** Number of the port. */
  readonly port: number;
  /** Transport protocol. @default "tcp" */
  readonly protocol?: 'tcp' | 'udp';
}

/**
 * A port that is neither an API nor the management port. As read, with all defaults.
 *
 * @example
 * function read(contract: ServiceContract): Port | undefined {
 *   return contract.ports.name;
 * }
 */
export interface Port {
  /** Number of the port. */
  readonly port: number;
  /** Transport protocol. @default "tcp" */
  readonly protocol: 'tcp' | 'udp';
}

/**
 * Health and metrics, on a port of their own that no route ever reaches. As written.
 *
 * @example
 * const value: ManagementInput = { port: 9464, live: '/livez', ready: '/readyz', metrics: '/metrics' };
 */
export interface ManagementInput {
  /** Its number, never that of an API. @default 9464 */
  readonly port?: number;
  /** Answers while the process need not be restarted. @default "/livez" */
  readonly live?: string;
  /** Answers while the process takes requests. @default "/readyz" */
  readonly ready?: string;
  /** Prometheus metrics. @default "/metrics" */
  readonly metrics?: string;
}

/**
 * Health and metrics, on a port of their own that no route ever reaches. As read, with all defaults.
 *
 * @example
 * function read(contract: ServiceContract): Management {
 *   return contract.management;
 * }
 */
export interface Management {
  /** Its number, never that of an API. @default 9464 */
  readonly port: number;
  /** Answers while the process need not be restarted. @default "/livez" */
  readonly live: string;
  /** Answers while the process takes requests. @default "/readyz" */
  readonly ready: string;
  /** Prometheus metrics. @default "/metrics" */
  readonly metrics: string;
}

/**
 * Calls to another service; what is not listed is not let through. As written.
 *
 * @example
 * const value: CallInput = { service: 'stock', operations: ['getPrice'], deadline: '300ms', retries: 1 };
 */
export interface CallInput {
  /** Name of the service that is called. */
  readonly service: string;
  /** Which of its APIs. @default "http" */
  readonly api?: 'http' | 'grpc' | 'graphql';
  /** What is called: the operationIds of OpenAPI, `package.Service/Method` of gRPC, or `Query.field` of GraphQL. */
  readonly operations: readonly string[];
  /** Longest wait for the answer, retries included; the caller's own deadline can only shorten it. */
  readonly deadline: DurationText;
  /** Further attempts after a failure, within the deadline. @default 0 */
  readonly retries?: number;
  /** Whether the caller answers without it, degraded. @default false */
  readonly optional?: boolean;
  /** The most sensitive data that the requests carry. @default the service's clearance */
  readonly classification?: Classification;
}

/**
 * Calls to another service; what is not listed is not let through. As read, with all defaults.
 *
 * @example
 * function read(contract: ServiceContract): Call | undefined {
 *   return contract.calls[0];
 * }
 */
export interface Call {
  /** Name of the service that is called. */
  readonly service: string;
  /** Which of its APIs. @default "http" */
  readonly api: 'http' | 'grpc' | 'graphql';
  /** What is called: the operationIds of OpenAPI, `package.Service/Method` of gRPC, or `Query.field` of GraphQL. */
  readonly operations: readonly string[];
  /** Longest wait for the answer, retries included; the caller's own deadline can only shorten it. */
  readonly deadline: Duration;
  /** Further attempts after a failure, within the deadline. @default 0 */
  readonly retries: number;
  /** Whether the caller answers without it, degraded. @default false */
  readonly optional: boolean;
  /** The most sensitive data that the requests carry. @default the service's clearance */
  readonly classification: Classification;
}

/**
 * A host outside the cluster that the service must reach. As written.
 *
 * @example
 * const value: EgressInput = { host: 'api.bank.example', reason: 'Settlement of card payments.' };
 */
export interface EgressInput {
  /** Full host name. */
  readonly host: string;
  /** TCP port. @default 443 */
  readonly port?: number;
  /** Why it is needed, for those who approve it. */
  readonly reason: string;
}

/**
 * A host outside the cluster that the service must reach. As read, with all defaults.
 *
 * @example
 * function read(contract: ServiceContract): Egress | undefined {
 *   return contract.egress[0];
 * }
 */
export interface Egress {
  /** Full host name. */
  readonly host: string;
  /** TCP port. @default 443 */
  readonly port: number;
  /** Why it is needed, for those who approve it. */
  readonly reason: string;
}

/**
 * An earlier version of an event that may still be in the topic or in use. As written.
 *
 * @example
 * const value: PreviousVersionInput = { version: 1, schema: './events/placed.v1.json' };
 */
export interface PreviousVersionInput {
  /** Number of the version. */
  readonly version: number;
  /** Its JSON Schema. */
  readonly schema: string;
}

/**
 * An earlier version of an event that may still be in the topic or in use. As read, with all defaults.
 *
 * @example
 * function read(contract: ServiceContract): PreviousVersion | undefined {
 *   return contract.publishes[0]?.previous[0];
 * }
 */
export interface PreviousVersion {
  /** Number of the version. */
  readonly version: number;
  /** Its JSON Schema. */
  readonly schema: string;
}

/**
 * A topic that the service owns and publishes to. As written.
 *
 * @example
 * const value: PublicationInput = { topic: 'orders.placed', version: 1, schema: './events/placed.json', key: 'orderId', partitions: 12 };
 */
export interface PublicationInput {
  /** Name of the topic. */
  readonly topic: string;
  /** Version of the event that is published now. */
  readonly version: number;
  /** JSON Schema (2020-12) of the event. */
  readonly schema: string;
  /** Earlier versions, in ascending order. @default [] */
  readonly previous?: readonly PreviousVersionInput[];
  /** What a new version must keep: `backward`, that it reads events of the version before; `forward`, that the version before reads its events; `full`, both; with `-transitive`, of all versions before. @default "backward" */
  readonly compatibility?: 'none' | 'backward' | 'backward-transitive' | 'forward' | 'forward-transitive' | 'full' | 'full-transitive';
  /** Field whose value keeps events in order; required in the schema. */
  readonly key: string;
  /** Most instances that can read side by side. @default 3 */
  readonly partitions?: number;
  /** How long events are kept. @default "7d" */
  readonly retention?: DurationText | 'forever';
  /** What happens after it: `delete` them, or `compact`: keep the last one of each key. @default "delete" */
  readonly cleanup?: 'delete' | 'compact';
  /** The most sensitive data that the events carry. @default the service's clearance */
  readonly classification?: Classification;
}

/**
 * A topic that the service owns and publishes to. As read, with all defaults.
 *
 * @example
 * function read(contract: ServiceContract): Publication | undefined {
 *   return contract.publishes[0];
 * }
 */
export interface Publication {
  /** Name of the topic. */
  readonly topic: string;
  /** Version of the event that is published now. */
  readonly version: number;
  /** JSON Schema (2020-12) of the event. */
  readonly schema: string;
  /** Earlier versions, in ascending order. @default [] */
  readonly previous: readonly PreviousVersion[];
  /** What a new version must keep: `backward`, that it reads events of the version before; `forward`, that the version before reads its events; `full`, both; with `-transitive`, of all versions before. @default "backward" */
  readonly compatibility: 'none' | 'backward' | 'backward-transitive' | 'forward' | 'forward-transitive' | 'full' | 'full-transitive';
  /** Field whose value keeps events in order; required in the schema. */
  readonly key: string;
  /** Most instances that can read side by side. @default 3 */
  readonly partitions: number;
  /** How long events are kept. @default "7d" */
  readonly retention: Duration;
  /** What happens after it: `delete` them, or `compact`: keep the last one of each key. @default "delete" */
  readonly cleanup: 'delete' | 'compact';
  /** The most sensitive data that the events carry. @default the service's clearance */
  readonly classification: Classification;
}

/**
 * A topic that the service reads. As written.
 *
 * @example
 * const value: SubscriptionInput = { topic: 'payments.settled', version: 1, group: 'orders' };
 */
export interface SubscriptionInput {
  /** Name of the topic. */
  readonly topic: string;
  /** Version of the event that the service understands. */
  readonly version: number;
  /** JSON Schema that the service reads with, when it has its own instead of the publisher's of that version. */
  readonly schema?: string;
  /** Consumer group; its members share the partitions. @default the service's name */
  readonly group?: string;
  /** Where a new group starts: with all kept events, or with new ones only. @default "earliest" */
  readonly from?: 'earliest' | 'latest';
  /** Attempts at one event before it goes to the dead letters. @default 5 */
  readonly attempts?: number;
}

/**
 * A topic that the service reads. As read, with all defaults.
 *
 * @example
 * function read(contract: ServiceContract): Subscription | undefined {
 *   return contract.consumes[0];
 * }
 */
export interface Subscription {
  /** Name of the topic. */
  readonly topic: string;
  /** Version of the event that the service understands. */
  readonly version: number;
  /** JSON Schema that the service reads with, when it has its own instead of the publisher's of that version. */
  readonly schema?: string;
  /** Consumer group; its members share the partitions. @default the service's name */
  readonly group: string;
  /** Where a new group starts: with all kept events, or with new ones only. @default "earliest" */
  readonly from: 'earliest' | 'latest';
  /** Attempts at one event before it goes to the dead letters. @default 5 */
  readonly attempts: number;
}

/**
 * What a loss may cost. As written.
 *
 * @example
 * const value: BackupInput = { rpo: '5m', rto: '1h' };
 */
export interface BackupInput {
  /** Recovery point objective: the most work that may be lost. @default "1h" */
  readonly rpo?: DurationText;
  /** Recovery time objective: the longest until it works again. @default "4h" */
  readonly rto?: DurationText;
  /** How long backups are kept. @default "30d" */
  readonly retention?: DurationText;
}

/**
 * What a loss may cost. As read, with all defaults.
 *
 * @example
 * function read(contract: ServiceContract): Backup | undefined {
 *   return contract.database?.backup;
 * }
 */
export interface Backup {
  /** Recovery point objective: the most work that may be lost. @default "1h" */
  readonly rpo: Duration;
  /** Recovery time objective: the longest until it works again. @default "4h" */
  readonly rto: Duration;
  /** How long backups are kept. @default "30d" */
  readonly retention: Duration;
}

/**
 * A relational database of its own. As written.
 *
 * @example
 * const value: DatabaseInput = { engine: 'postgresql', size: 'small', backup: { rpo: '5m', rto: '1h' } };
 */
export interface DatabaseInput {
  /** Kind of database. @default "postgresql" */
  readonly engine?: 'postgresql';
  /** How big, in the steps of the environment's profile. @default "small" */
  readonly size?: 'small' | 'medium' | 'large';
  /** Space for the data. @default "10Gi" */
  readonly storage?: ByteSizeText;
  /** Most connections of one instance. @default 10 */
  readonly connections?: number;
  /** What a loss may cost. @default {} */
  readonly backup?: BackupInput;
}

/**
 * A relational database of its own. As read, with all defaults.
 *
 * @example
 * function read(contract: ServiceContract): Database | undefined {
 *   return contract.database;
 * }
 */
export interface Database {
  /** Kind of database. @default "postgresql" */
  readonly engine: 'postgresql';
  /** How big, in the steps of the environment's profile. @default "small" */
  readonly size: 'small' | 'medium' | 'large';
  /** Space for the data. @default "10Gi" */
  readonly storage: ByteSize;
  /** Most connections of one instance. @default 10 */
  readonly connections: number;
  /** What a loss may cost. @default {} */
  readonly backup: Backup;
}

/**
 * A document database of its own. As written.
 *
 * @example
 * const value: DocumentsInput = { engine: 'mongodb', size: 'small' };
 */
export interface DocumentsInput {
  /** Kind of document database. @default "mongodb" */
  readonly engine?: 'mongodb';
  /** How big, in the steps of the environment's profile. @default "small" */
  readonly size?: 'small' | 'medium' | 'large';
  /** Space for the data. @default "10Gi" */
  readonly storage?: ByteSizeText;
  /** Most connections of one instance. @default 10 */
  readonly connections?: number;
  /** What a loss may cost. @default {} */
  readonly backup?: BackupInput;
}

/**
 * A document database of its own. As read, with all defaults.
 *
 * @example
 * function read(contract: ServiceContract): Documents | undefined {
 *   return contract.documents;
 * }
 */
export interface Documents {
  /** Kind of document database. @default "mongodb" */
  readonly engine: 'mongodb';
  /** How big, in the steps of the environment's profile. @default "small" */
  readonly size: 'small' | 'medium' | 'large';
  /** Space for the data. @default "10Gi" */
  readonly storage: ByteSize;
  /** Most connections of one instance. @default 10 */
  readonly connections: number;
  /** What a loss may cost. @default {} */
  readonly backup: Backup;
}

/**
 * A cache; its loss must cost nothing but time. As written.
 *
 * @example
 * const value: CacheInput = { memory: '256Mi' };
 */
export interface CacheInput {
  /** Memory for entries. @default "64Mi" */
  readonly memory?: ByteSizeText;
  /** Which entries go when it is full; with `none`, writes fail. @default "least-recently-used" */
  readonly eviction?: 'least-recently-used' | 'least-frequently-used' | 'none';
  /** How long an entry lives unless it says otherwise. @default "1h" */
  readonly timeToLive?: DurationText;
}

/**
 * A cache; its loss must cost nothing but time. As read, with all defaults.
 *
 * @example
 * function read(contract: ServiceContract): Cache | undefined {
 *   return contract.cache;
 * }
 */
export interface Cache {
  /** Memory for entries. @default "64Mi" */
  readonly memory: ByteSize;
  /** Which entries go when it is full; with `none`, writes fail. @default "least-recently-used" */
  readonly eviction: 'least-recently-used' | 'least-frequently-used' | 'none';
  /** How long an entry lives unless it says otherwise. @default "1h" */
  readonly timeToLive: Duration;
}

/**
 * A queue of work: each message is done by one receiver. As written.
 *
 * @example
 * const value: QueueInput = { name: 'invoices', access: 'send' };
 */
export interface QueueInput {
  /** Name of the queue. */
  readonly name: string;
  /** What the service does with it; one service receives, any may send. @default "both" */
  readonly access?: 'send' | 'receive' | 'both';
  /** Deliveries of one message before it goes to the dead letters. @default 5 */
  readonly attempts?: number;
  /** The most sensitive data that the messages carry. @default the service's clearance */
  readonly classification?: Classification;
}

/**
 * A queue of work: each message is done by one receiver. As read, with all defaults.
 *
 * @example
 * function read(contract: ServiceContract): Queue | undefined {
 *   return contract.queues[0];
 * }
 */
export interface Queue {
  /** Name of the queue. */
  readonly name: string;
  /** What the service does with it; one service receives, any may send. @default "both" */
  readonly access: 'send' | 'receive' | 'both';
  /** Deliveries of one message before it goes to the dead letters. @default 5 */
  readonly attempts: number;
  /** The most sensitive data that the messages carry. @default the service's clearance */
  readonly classification: Classification;
}

/**
 * Object storage of its own. As written.
 *
 * @example
 * const value: BucketInput = { name: 'receipts', retention: '10y' };
 */
export interface BucketInput {
  /** Name of the bucket within the service. */
  readonly name: string;
  /** What the service does with it. @default "both" */
  readonly access?: 'read' | 'write' | 'both';
  /** Whether overwritten and deleted objects can be had back. @default true */
  readonly versioned?: boolean;
  /** How long objects are kept. @default "forever" */
  readonly retention?: DurationText | 'forever';
}

/**
 * Object storage of its own. As read, with all defaults.
 *
 * @example
 * function read(contract: ServiceContract): Bucket | undefined {
 *   return contract.buckets[0];
 * }
 */
export interface Bucket {
  /** Name of the bucket within the service. */
  readonly name: string;
  /** What the service does with it. @default "both" */
  readonly access: 'read' | 'write' | 'both';
  /** Whether overwritten and deleted objects can be had back. @default true */
  readonly versioned: boolean;
  /** How long objects are kept. @default "forever" */
  readonly retention: Duration;
}

/**
 * A secret that the service is given as a file. As written.
 *
 * @example
 * const value: SecretInput = { name: 'payment-key', rotate: '30d' };
 */
export interface SecretInput {
  /** Name of the secret; it never stands in the contract itself. */
  readonly name: string;
  /** How old it may become before it is replaced. @default "90d" */
  readonly rotate?: DurationText;
}

/**
 * A secret that the service is given as a file. As read, with all defaults.
 *
 * @example
 * function read(contract: ServiceContract): Secret | undefined {
 *   return contract.secrets[0];
 * }
 */
export interface Secret {
  /** Name of the secret; it never stands in the contract itself. */
  readonly name: string;
  /** How old it may become before it is replaced. @default "90d" */
  readonly rotate: Duration;
}

/**
 * What data the service handles, and how. As written.
 *
 * @example
 * const value: DataHandlingInput = { classification: 'personal', retention: '2y', encrypt: ['customer.email'] };
 */
export interface DataHandlingInput {
  /** The most sensitive data that the service keeps: `public`; `internal`; `confidential` (harms the business); `personal` (about a person); `sensitive` (about health, belief, payment cards and the like). @default "internal" */
  readonly classification?: Classification;
  /** The most sensitive data that it may be given, also without keeping it. @default the classification */
  readonly clearance?: Classification;
  /** How long data is kept; required for personal and sensitive data. */
  readonly retention?: DurationText | 'forever';
  /** Fields that are encrypted one by one; each must exist in a schema of the service. @default [] */
  readonly encrypt?: readonly string[];
}

/**
 * What data the service handles, and how. As read, with all defaults.
 *
 * @example
 * function read(contract: ServiceContract): DataHandling {
 *   return contract.data;
 * }
 */
export interface DataHandling {
  /** The most sensitive data that the service keeps: `public`; `internal`; `confidential` (harms the business); `personal` (about a person); `sensitive` (about health, belief, payment cards and the like). @default "internal" */
  readonly classification: Classification;
  /** The most sensitive data that it may be given, also without keeping it. @default the classification */
  readonly clearance: Classification;
  /** How long data is kept; required for personal and sensitive data. */
  readonly retention?: Duration;
  /** Fields that are encrypted one by one; each must exist in a schema of the service. @default [] */
  readonly encrypt: readonly string[];
}

/**
 * How often the service must answer well. As written.
 *
 * @example
 * const value: AvailabilityInput = { target: 99.9, window: '30d' };
 */
export interface AvailabilityInput {
  /** Share of good requests in percent. */
  readonly target: number;
  /** Time over which it is counted. @default "30d" */
  readonly window?: DurationText;
}

/**
 * How often the service must answer well. As read, with all defaults.
 *
 * @example
 * function read(contract: ServiceContract): Availability | undefined {
 *   return contract.objectives.availability;
 * }
 */
export interface Availability {
  /** Share of good requests in percent. */
  readonly target: number;
  /** Time over which it is counted. @default "30d" */
  readonly window: Duration;
}

/**
 * How fast the service must answer. As written.
 *
 * @example
 * const value: LatencyInput = { percentile: 99, below: '300ms' };
 */
export interface LatencyInput {
  /** Share of requests in percent that must be as fast. @default 99 */
  readonly percentile?: number;
  /** How fast. */
  readonly below: DurationText;
}

/**
 * How fast the service must answer. As read, with all defaults.
 *
 * @example
 * function read(contract: ServiceContract): Latency | undefined {
 *   return contract.objectives.latency;
 * }
 */
export interface Latency {
  /** Share of requests in percent that must be as fast. @default 99 */
  readonly percentile: number;
  /** How fast. */
  readonly below: Duration;
}

/**
 * What callers may rely on; alerts follow from it. As written.
 *
 * @example
 * const value: ObjectivesInput = { availability: { target: 99.9 }, latency: { below: '300ms' } };
 */
export interface ObjectivesInput {
  /** How often the service must answer well. */
  readonly availability?: AvailabilityInput;
  /** How fast the service must answer. */
  readonly latency?: LatencyInput;
}

/**
 * What callers may rely on; alerts follow from it. As read, with all defaults.
 *
 * @example
 * function read(contract: ServiceContract): Objectives {
 *   return contract.objectives;
 * }
 */
export interface Objectives {
  /** How often the service must answer well. */
  readonly availability?: Availability;
  /** How fast the service must answer. */
  readonly latency?: Latency;
}

/**
 * How many instances run. As written.
 *
 * @example
 * const value: ScaleInput = { min: 2, max: 20, cpu: 70 };
 */
export interface ScaleInput {
  /** Fewest instances; 0 needs `lag`. @default 2 */
  readonly min?: number;
  /** Most instances. @default 10 */
  readonly max?: number;
  /** Processor use in percent of the request above which instances are added. @default 70 */
  readonly cpu?: number;
  /** Requests per instance above which instances are added. */
  readonly requests?: RateText;
  /** Unread messages per instance above which instances are added. */
  readonly lag?: number;
}

/**
 * How many instances run. As read, with all defaults.
 *
 * @example
 * function read(contract: ServiceContract): Scale {
 *   return contract.scale;
 * }
 */
export interface Scale {
  /** Fewest instances; 0 needs `lag`. @default 2 */
  readonly min: number;
  /** Most instances. @default 10 */
  readonly max: number;
  /** Processor use in percent of the request above which instances are added. @default 70 */
  readonly cpu: number;
  /** Requests per instance above which instances are added. */
  readonly requests?: Rate;
  /** Unread messages per instance above which instances are added. */
  readonly lag?: number;
}

/**
 * What one instance needs. As written.
 *
 * @example
 * const value: ResourcesInput = { cpu: '250m', memory: '512Mi' };
 */
export interface ResourcesInput {
  /** Processor time that one instance asks for. @default "100m" */
  readonly cpu?: ProcessorTimeText;
  /** Memory that one instance asks for, and the most it gets. @default "256Mi" */
  readonly memory?: ByteSizeText;
}

/**
 * What one instance needs. As read, with all defaults.
 *
 * @example
 * function read(contract: ServiceContract): Resources {
 *   return contract.resources;
 * }
 */
export interface Resources {
  /** Processor time that one instance asks for. @default "100m" */
  readonly cpu: ProcessorTime;
  /** Memory that one instance asks for, and the most it gets. @default "256Mi" */
  readonly memory: ByteSize;
}

/**
 * Who pays. As written.
 *
 * @example
 * const value: CostInput = { owner: 'commerce' };
 */
export interface CostInput {
  /** Who pays: a cost centre or a team. @default the team */
  readonly owner?: string;
}

/**
 * Who pays. As read, with all defaults.
 *
 * @example
 * function read(contract: ServiceContract): Cost {
 *   return contract.cost;
 * }
 */
export interface Cost {
  /** Who pays: a cost centre or a team. @default the team */
  readonly owner: string;
}

/**
 * What a service is, offers and needs: the one source for its infrastructure and its run time. As written.
 *
 * @example
 * const value: ServiceContractInput = { contract: 'v1', name: 'orders', team: 'commerce', image: { name: 'shop/orders' } };
 */
export interface ServiceContractInput {
  /** Version of the contract format. */
  readonly contract: "v1";
  /** Name of the service, unique in the environment. */
  readonly name: string;
  /** Team that owns it. */
  readonly team: string;
  /** What it is for, in a sentence. */
  readonly description?: string;
  /** The container image. */
  readonly image: ImageInput;
  /** What other services, and people where exposed, may call. @default {} */
  readonly apis?: ApisInput;
  /** Ports beside the APIs and the management port, by name. @default {} */
  readonly ports?: Readonly<Record<string, PortInput>>;
  /** Health and metrics, on a port of their own that no route ever reaches. @default {} */
  readonly management?: ManagementInput;
  /** Synchronous calls to other services. @default [] */
  readonly calls?: readonly CallInput[];
  /** Hosts outside the cluster; each also needs an exception in the environment. @default [] */
  readonly egress?: readonly EgressInput[];
  /** Topics that the service publishes to. @default [] */
  readonly publishes?: readonly PublicationInput[];
  /** Topics that the service reads. @default [] */
  readonly consumes?: readonly SubscriptionInput[];
  /** A relational database of its own. */
  readonly database?: DatabaseInput;
  /** A document database of its own. */
  readonly documents?: DocumentsInput;
  /** A cache; its loss must cost nothing but time. */
  readonly cache?: CacheInput;
  /** Queues of work. @default [] */
  readonly queues?: readonly QueueInput[];
  /** Buckets of objects. @default [] */
  readonly buckets?: readonly BucketInput[];
  /** Secrets that the service needs. @default [] */
  readonly secrets?: readonly SecretInput[];
  /** Plain settings as environment variables. Secrets go under `secrets`. @default {} */
  readonly environment?: Readonly<Record<string, string>>;
  /** What data the service handles, and how. @default {} */
  readonly data?: DataHandlingInput;
  /** What callers may rely on; alerts follow from it. @default {} */
  readonly objectives?: ObjectivesInput;
  /** How many instances run. @default {} */
  readonly scale?: ScaleInput;
  /** What one instance needs. @default {} */
  readonly resources?: ResourcesInput;
  /** Who pays. @default {} */
  readonly cost?: CostInput;
}

/**
 * What a service is, offers and needs: the one source for its infrastructure and its run time. As read, with all defaults.
 *
 * @example
 * function read(contract: ServiceContract): ServiceContract {
 *   return contract;
 * }
 */
export interface ServiceContract {
  /** Version of the contract format. */
  readonly contract: "v1";
  /** Name of the service, unique in the environment. */
  readonly name: string;
  /** Team that owns it. */
  readonly team: string;
  /** What it is for, in a sentence. */
  readonly description?: string;
  /** The container image. */
  readonly image: Image;
  /** What other services, and people where exposed, may call. @default {} */
  readonly apis: Apis;
  /** Ports beside the APIs and the management port, by name. @default {} */
  readonly ports: Readonly<Record<string, Port>>;
  /** Health and metrics, on a port of their own that no route ever reaches. @default {} */
  readonly management: Management;
  /** Synchronous calls to other services. @default [] */
  readonly calls: readonly Call[];
  /** Hosts outside the cluster; each also needs an exception in the environment. @default [] */
  readonly egress: readonly Egress[];
  /** Topics that the service publishes to. @default [] */
  readonly publishes: readonly Publication[];
  /** Topics that the service reads. @default [] */
  readonly consumes: readonly Subscription[];
  /** A relational database of its own. */
  readonly database?: Database;
  /** A document database of its own. */
  readonly documents?: Documents;
  /** A cache; its loss must cost nothing but time. */
  readonly cache?: Cache;
  /** Queues of work. @default [] */
  readonly queues: readonly Queue[];
  /** Buckets of objects. @default [] */
  readonly buckets: readonly Bucket[];
  /** Secrets that the service needs. @default [] */
  readonly secrets: readonly Secret[];
  /** Plain settings as environment variables. Secrets go under `secrets`. @default {} */
  readonly environment: Readonly<Record<string, string>>;
  /** What data the service handles, and how. @default {} */
  readonly data: DataHandling;
  /** What callers may rely on; alerts follow from it. @default {} */
  readonly objectives: Objectives;
  /** How many instances run. @default {} */
  readonly scale: Scale;
  /** What one instance needs. @default {} */
  readonly resources: Resources;
  /** Who pays. @default {} */
  readonly cost: Cost;
}

