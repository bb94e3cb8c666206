import { dirname, join } from 'node:path';
import type { LoadedContract, ServiceContract } from '@ninefold/toolkit/contract';
import { platformaticKafka } from '@ninefold/toolkit/kafka';
import {
  type KafkaServer,
  type PostgresServer,
  startKafka,
  startPostgres,
  type Tell,
} from '../../../toolkit/local-servers/index.ts';
import { Replica } from './replica.ts';
import { startOrder } from './start-order.ts';

/** Something that the shop needs is missing on this machine. */
export class EnvironmentError extends Error {}

/** Milliseconds between a replica's readiness going off and taking no new work: many looks of the balancer. */
const NOTICE_TIME = 2_000;
/** Milliseconds after which a killed instance's partitions go to others: short, so that little time is spent on it. */
const SESSION_TIMEOUT = 6_000;
/** One share of ordinary traces, so that the file stays small; who sends a sampled trace decides for itself. */
const TRACE_RATE = 0.001;

/** The servers and services of the shop on this machine, made from its contracts as a platform would make them. */
export class LocalPlatform {
  readonly #contracts: readonly LoadedContract[];
  readonly #postgres: PostgresServer;
  readonly #kafka: KafkaServer;
  readonly #databases = new Map<string, string>();
  readonly #replicas: Replica[] = [];
  readonly #tell: Tell;

  private constructor(
    contracts: readonly LoadedContract[],
    postgres: PostgresServer,
    kafka: KafkaServer,
    tell: Tell,
  ) {
    this.#contracts = contracts;
    this.#postgres = postgres;
    this.#kafka = kafka;
    this.#tell = tell;
  }

  /**
   * Starts PostgreSQL and Kafka, makes the databases and topics that the contracts name, and starts every service once
   * those that it calls are ready.
   *
   * @throws EnvironmentError when a server can't be had; Error when a service does not become ready.
   */
  static async start(
    contracts: readonly LoadedContract[],
    tell: Tell,
    signal: AbortSignal,
  ): Promise<LocalPlatform> {
    tell('PostgreSQL and Kafka: starting');
    const began = performance.now();
    const [postgres, kafka] = await Promise.all([startPostgres({ tell }), startKafka({}, tell)]).catch(
      (error: unknown) => {
        throw new EnvironmentError(reasonOf(error), { cause: error });
      },
    );
    tell(`PostgreSQL and Kafka: ready (${seconds(began)})`);
    const platform = new LocalPlatform(contracts, postgres, kafka, tell);
    try {
      signal.throwIfAborted();
      await platform.#makeDatabases();
      await platform.#makeTopics();
      await platform.#startServices(signal);
      return platform;
    } catch (error) {
      await platform.stop();
      throw error;
    }
  }

  /** The replicas of a service that run. */
  replicas(service: string): readonly Replica[] {
    return this.#replicas.filter((replica) => replica.service === service);
  }

  /** Every replica that runs. */
  get all(): readonly Replica[] {
    return this.#replicas;
  }

  /** The only replica of a service. */
  one(service: string): Replica {
    const [replica, ...others] = this.replicas(service);
    if (replica === undefined || others.length > 0) throw new Error(`${service} has not exactly one replica`);
    return replica;
  }

  /** The connection string of a service's database. */
  database(service: string): string {
    const url = this.#databases.get(service);
    if (url === undefined) throw new Error(`${service} has no database`);
    return url;
  }

  /** Where services write their spans. */
  get traceFile(): string {
    return join(this.#directory, 'spans.jsonl');
  }

  /** For what services leave lying about: it goes with Kafka, when this process ends in whatever way. */
  get #directory(): string {
    return this.#kafka.directory;
  }

  /** Starts one more replica of a service. */
  async add(service: string): Promise<Replica> {
    const { contract, source } = this.#find(service);
    const replica = await Replica.start(
      service,
      join(dirname(source.file), 'main.ts'),
      this.#environment(contract),
      this.#directory,
    );
    this.#replicas.push(replica);
    return replica;
  }

  /** Stops a replica in good order. */
  async remove(replica: Replica): Promise<void> {
    await replica.stop();
    this.#replicas.splice(this.#replicas.indexOf(replica), 1);
  }

  /** Stops everything: services before those that they call, and the servers last. */
  async stop(): Promise<void> {
    for (const rank of startOrder(this.#contracts.map(({ contract }) => contract)).reverse()) {
      const concerned = this.#replicas.filter(({ service }) => rank.includes(service));
      await Promise.all(concerned.map((replica) => this.remove(replica)));
    }
    await Promise.all([this.#kafka.stop(), this.#postgres.stop()]);
  }

  async #makeDatabases(): Promise<void> {
    for (const { contract } of this.#contracts) {
      if (contract.database === undefined) continue;
      const name = contract.name.replaceAll('-', '_');
      this.#databases.set(contract.name, await this.#postgres.createDatabase(name));
    }
  }

  async #makeTopics(): Promise<void> {
    const admin = await platformaticKafka({
      brokers: [this.#kafka.bootstrap],
      clientId: 'platform',
    }).createAdmin();
    try {
      await admin.createTopics(
        this.#contracts.flatMap(({ contract }) =>
          contract.publishes.map(({ topic, partitions, retention }) => ({
            topic,
            partitions,
            configuration: {
              'retention.ms': String(Number.isFinite(retention.milliseconds) ? retention.milliseconds : -1),
            },
          })),
        ),
      );
    } finally {
      await admin.close();
    }
  }

  async #startServices(signal: AbortSignal): Promise<void> {
    for (const rank of startOrder(this.#contracts.map(({ contract }) => contract))) {
      signal.throwIfAborted();
      this.#tell(`${rank.join(', ')}: starting`);
      const began = performance.now();
      const started = await Promise.allSettled(rank.map((service) => this.add(service)));
      const failed = started.find((one) => one.status === 'rejected');
      if (failed) throw failed.reason;
      this.#tell(`${rank.join(', ')}: ready (${seconds(began)})`);
    }
  }

  /** What a service is told by its environment: what its contract grants, and where that is. */
  #environment(contract: ServiceContract): Record<string, string> {
    const environment: Record<string, string> = {
      PORT: '0',
      MANAGEMENT_PORT: '0',
      FAULT_PORT: '0',
      NOTICE_TIME: String(NOTICE_TIME),
      TRACE_FILE: this.traceFile,
      TRACE_RATE: String(TRACE_RATE),
    };
    if (contract.database !== undefined) environment.DATABASE_URL = this.database(contract.name);
    if (contract.publishes.length + contract.consumes.length > 0) {
      environment.KAFKA_BROKERS = this.#kafka.bootstrap;
      environment.KAFKA_SESSION_TIMEOUT = String(SESSION_TIMEOUT);
    }
    for (const { service } of contract.calls) {
      environment[`${service.toUpperCase().replaceAll('-', '_')}_URL`] = this.one(service).api;
    }
    return environment;
  }

  #find(service: string): LoadedContract {
    const found = this.#contracts.find(({ contract }) => contract.name === service);
    if (found === undefined) throw new Error(`there is no contract of ${service}`);
    return found;
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${reasonOf(error.cause)}`;
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1_000).toFixed(1)} s`;
}
