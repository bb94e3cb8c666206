import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { ClassArchive } from './class-archive.ts';
import { run, type Tell } from './commands.ts';
import { freePort } from './free-port.ts';
import { findJava } from './java.ts';
import { kafkaJars } from './kafka-jars.ts';
import { type RestartableServer, ServerProcess } from './server-process.ts';

/** A Kafka broker of one's own. */
export interface KafkaServer extends RestartableServer {
  /** `host:port`, on 127.0.0.1. */
  readonly bootstrap: string;
  /** The broker's process id while it runs. */
  readonly pid: number | undefined;
  /** Holds its data and its log, `server.log`. */
  readonly directory: string;
}

/** A small heap, one collector thread and no optimising compiler: ready sooner, and cores left for who uses it. */
const JAVA_OPTIONS = [
  ...['-Xms128m', '-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xshare:auto'],
  // What it has to say about shared classes is nobody's business.
  '-Xlog:disable',
  '-Dcom.sun.management.jmxremote=false',
];

const READY = 'Kafka Server started';

const LOGGING = `<Configuration status="WARN">
<Appenders><Console name="out"><PatternLayout pattern="%d{ISO8601} %p %c: %m%n"/></Console></Appenders>
<Loggers>
<Logger name="kafka.server.KafkaRaftServer" level="INFO"/>
<Root level="WARN"><AppenderRef ref="out"/></Root>
</Loggers>
</Configuration>
`;

/**
 * Starts an empty Kafka broker (KRaft, broker and controller in one) on free ports of the loopback interface. Topics
 * are not made by being used; everything internal has one replica, and consumer groups form without delay.
 *
 * @param settings Broker settings beyond those, or instead of them. @default none
 * @param tell Told what takes its time. @default nobody is told
 * @throws an Error with what Kafka says of settings that it does not take; nothing is left behind.
 *
 * @example
 * const kafka = await startKafka();
 * const producer = new Producer({ clientId: 'test', bootstrapBrokers: [kafka.bootstrap] });
 */
export async function startKafka(
  settings: Readonly<Record<string, string | number>> = {},
  tell?: Tell,
): Promise<KafkaServer> {
  const [java, jars] = await Promise.all([findJava(tell), kafkaJars(tell)]);
  const directory = mkdtempSync(join(tmpdir(), 'ninefold-kafka-'));
  const [port, controllerPort] = [await freePort(), await freePort()];
  const properties = join(directory, 'server.properties');
  const logging = join(directory, 'log4j2.xml');
  writeFileSync(logging, LOGGING);
  const all = { ...brokerSettings(port, controllerPort, join(directory, 'data')), ...settings };
  writeFileSync(properties, formatProperties(all));
  const archive = new ClassArchive(dirname(jars[0] ?? ''), java);
  const options = [
    ...JAVA_OPTIONS,
    `-Dlog4j2.configurationFile=${logging}`,
    ...['-cp', jars.join(delimiter)],
  ];
  await formatStorage(java, [...archive.reading, ...options], properties).catch((error: unknown) => {
    // It would look like a broker's own.
    rmSync(directory, { recursive: true, force: true });
    throw error;
  });

  const server = await ServerProcess.start({
    name: 'Kafka',
    command: java,
    // Looked at anew at each start.
    get arguments() {
      return [...archive.options, ...options, 'kafka.Kafka', properties];
    },
    directory,
    ready: (log) => log.includes(READY),
    stopSignal: 'SIGTERM',
  });
  const stop = async (): Promise<void> => {
    await server.stop();
    archive.keep();
  };
  return {
    bootstrap: `127.0.0.1:${port}`,
    directory,
    get pid() {
      return server.pid;
    },
    stop,
    kill: () => server.kill(),
    async restart() {
      await stop();
      await server.restart();
    },
  };
}

/** Gives the broker's data directory its identity. */
async function formatStorage(java: string, options: readonly string[], properties: string): Promise<void> {
  const clusterId = randomBytes(16).toString('base64url');
  // In one word with its option, since an id may begin with a dash.
  const format = ['kafka.tools.StorageTool', 'format', `--cluster-id=${clusterId}`, '-c', properties];
  try {
    await run(java, [...options, ...format]);
  } catch (error) {
    const { stderr, stdout } = error as { readonly stderr?: string; readonly stdout?: string };
    const said = `${stdout ?? ''}${stderr ?? ''}`.trim().split('\n\tat ')[0];
    throw new Error(`Kafka's storage could not be formatted: ${said || String(error)}`, { cause: error });
  }
}

function brokerSettings(port: number, controllerPort: number, data: string): Record<string, string | number> {
  return {
    'process.roles': 'broker,controller',
    'node.id': 1,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    'log.dirs': data,
    'auto.create.topics.enable': 'false',
    'num.partitions': 1,
    'default.replication.factor': 1,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 4,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'share.coordinator.state.topic.num.partitions': 1,
    'group.initial.rebalance.delay.ms': 0,
    // A killed broker can't register again before its session is over.
    'broker.session.timeout.ms': 2_000,
    'broker.heartbeat.interval.ms': 400,
    // A test that kills consumers should not wait long for their places.
    'group.min.session.timeout.ms': 1_000,
    'group.consumer.min.session.timeout.ms': 1_000,
    'group.consumer.min.heartbeat.interval.ms': 200,
  };
}

function formatProperties(settings: Record<string, string | number>): string {
  return Object.entries(settings)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}
