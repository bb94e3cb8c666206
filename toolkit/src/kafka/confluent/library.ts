/**
 * The part of `@confluentinc/kafka-javascript` that the driver uses, as its typings have it. The package itself is no
 * development dependency: its installation downloads a binary, or compiles one.
 */

/** Settings of librdkafka, by their names there. */
export type Configuration = Record<string, unknown>;

export interface LibraryError {
  readonly message: string;
  readonly code: number;
}

export interface LibraryPartition {
  readonly topic: string;
  readonly partition: number;
  readonly error?: LibraryError;
}

export interface LibraryOffset extends LibraryPartition {
  readonly offset: number;
}

export interface LibraryRecord extends LibraryOffset {
  readonly value: Buffer | null;
  readonly key?: Buffer | string | null;
  readonly timestamp?: number;
  readonly headers?: readonly Readonly<Record<string, Buffer | string>>[];
}

type Callback<Result = void> = (error: LibraryError | null | undefined, result: Result) => void;

interface Connection {
  connect(options: { readonly timeout?: number }, done: Callback<unknown>): unknown;
  disconnect(done: Callback<unknown>): unknown;
  on(event: 'event.error', told: (error: LibraryError) => void): unknown;
}

export interface LibraryProducer extends Connection {
  on(event: 'event.error', told: (error: LibraryError) => void): unknown;
  on(
    event: 'delivery-report',
    told: (error: LibraryError | null, report: { readonly opaque?: unknown }) => void,
  ): unknown;
  setPollInBackground(isOn: boolean): void;
  produce(
    topic: string,
    partition: number,
    value: Buffer | null,
    key: Buffer | null,
    timestamp: number | null,
    opaque: unknown,
    headers: readonly Readonly<Record<string, Buffer | string>>[],
  ): unknown;
  flush(timeout: number, done: Callback): unknown;
}

export interface LibraryConsumer extends Connection {
  setDefaultConsumeTimeout(milliseconds: number): void;
  subscribe(topics: readonly string[]): unknown;
  consume(count: number, done: Callback<readonly LibraryRecord[]>): void;
  assign(partitions: readonly LibraryPartition[]): unknown;
  unassign(): unknown;
  pause(partitions: readonly LibraryPartition[]): unknown;
  resume(partitions: readonly LibraryPartition[]): unknown;
  /** Says nothing of how it ends: that is told to `offset_commit_cb`. */
  commit(offsets: readonly LibraryOffset[]): unknown;
}

export interface LibraryAdmin {
  createTopic(
    topic: {
      readonly topic: string;
      readonly num_partitions: number;
      readonly replication_factor: number;
      readonly config: Readonly<Record<string, string>>;
    },
    timeout: number,
    done: Callback,
  ): void;
  createPartitions(topic: string, partitions: number, timeout: number, done: Callback): void;
  listTopics(options: { readonly timeout: number }, done: Callback<readonly string[]>): void;
  describeTopics(
    topics: readonly string[],
    options: { readonly timeout: number },
    done: Callback<
      readonly {
        readonly name: string;
        readonly error?: LibraryError;
        readonly partitions: readonly unknown[];
      }[]
    >,
  ): void;
  listOffsets(
    places: readonly { readonly topic: string; readonly partition: number; readonly offset: unknown }[],
    options: { readonly timeout: number },
    done: Callback<readonly LibraryOffset[]>,
  ): void;
  listConsumerGroupOffsets(
    groups: readonly { readonly groupId: string; readonly partitions: readonly LibraryPartition[] }[],
    options: { readonly timeout: number },
    done: Callback<
      readonly { readonly error?: LibraryError; readonly partitions: readonly LibraryOffset[] }[]
    >,
  ): void;
  disconnect(): void;
}

/**
 * What the driver needs of `@confluentinc/kafka-javascript`.
 *
 * @example
 * const library = (await import('@confluentinc/kafka-javascript')) as unknown as ConfluentLibrary;
 */
export interface ConfluentLibrary {
  readonly Producer: new (configuration: Configuration) => LibraryProducer;
  readonly KafkaConsumer: new (configuration: Configuration, topics: Configuration) => LibraryConsumer;
  readonly AdminClient: { create(configuration: Configuration): LibraryAdmin };
  readonly OffsetSpec: { readonly EARLIEST: unknown; readonly LATEST: unknown };
}

/** Codes of librdkafka and of brokers, as `rdkafka.h` has them. */
export const codes = {
  assignPartitions: -175,
  revokePartitions: -174,
  noEntry: -156,
  unknownTopic: 3,
  leaderNotAvailable: 5,
  notLeader: 6,
  messageTooLarge: 10,
  recordListTooLarge: 18,
  topicAlreadyExists: 36,
} as const;

/** Calls what answers by a callback. */
export function answer<Result>(call: (done: Callback<Result>) => unknown): Promise<Result> {
  return new Promise((resolve, reject) => {
    call((error, result) => {
      if (error) reject(toError(error));
      else resolve(result);
    });
  });
}

/** Whether an error of the library has one of these codes. */
export function hasCode(error: unknown, ...wanted: readonly number[]): boolean {
  if (typeof error !== 'object' || error === null || !('code' in error)) return false;
  return wanted.some((code) => error.code === code);
}

/** The library's errors are not all of class Error. */
export function toError(error: LibraryError): Error {
  return error instanceof Error ? error : Object.assign(new Error(error.message), { code: error.code });
}
