/**
 * What a request costs a server that has all the toolkit gives it (metrics, one wide event per request, deadline and
 * trace context, spans of which one in a hundred is recorded, load shedding), compared with fastify alone. Each server
 * is a process of its own and tells its own processor time, so what the load costs does not count.
 *
 *     node toolkit/bench/http.ts [--json]
 */
import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { report } from './promise.ts';
import { type Contestant, compare, measured, ratio } from './rounds.ts';

/** Many short ones: what else the machine does interrupts a few of them, and the median does not see it. */
const ROUNDS = 151;
const REQUESTS = 600;
const CONNECTIONS = 10;
/** Before anything counts: so that the compiler is done with both servers. */
const WARM_UP = 20_000;

const PLAIN = 'fastify alone';
const TOOLKIT = 'with the toolkit';

/** What services of the platform send along with a call; made beforehand, since the load should cost little. */
const requests = Array.from({ length: 1_000 }, (_, index) => {
  // One in a hundred is of a trace that is recorded.
  const flags = index % 100 === 0 ? '01' : '00';
  const traceparent = `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-${flags}`;
  const fields = `host: bench\r\ngrpc-timeout: 5000m\r\ntraceparent: ${traceparent}`;
  return Buffer.from(`GET /orders/o-4711 HTTP/1.1\r\n${fields}\r\n\r\n`);
});
let sent = 0;

/** A connection that sends one request after the other. All answers of a server are of one length. */
class Connection {
  readonly #socket: Socket;
  #answerLength = 0;
  #received = 0;
  #answered: (() => void) | undefined;
  #failed: ((error: Error) => void) | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (bytes: Buffer) => this.#take(bytes));
    socket.on('error', (error) => this.#failed?.(error));
    socket.on('close', () => this.#failed?.(new Error('The server has closed a connection')));
  }

  static async open(port: number): Promise<Connection> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new Connection(socket);
  }

  send(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#answered = resolve;
      this.#failed = reject;
      sent += 1;
      this.#socket.write(requests[sent % requests.length] as Buffer);
    });
  }

  close(): void {
    this.#failed = undefined;
    this.#socket.destroy();
  }

  #take(bytes: Buffer): void {
    if (this.#answerLength === 0) this.#answerLength = lengthOfAnswer(bytes);
    this.#received += bytes.length;
    if (this.#received < this.#answerLength) return;
    const isWhole = this.#received === this.#answerLength;
    this.#received = 0;
    if (isWhole) this.#answered?.();
    else
      this.#failed?.(new Error(`The server answered otherwise: ${bytes.toString('latin1').slice(0, 200)}`));
  }
}

function lengthOfAnswer(bytes: Buffer): number {
  const text = bytes.toString('latin1');
  const length = /^HTTP\/1\.1 200 .*\r\ncontent-length: (\d+)\r\n/is.exec(text)?.[1];
  if (length === undefined) throw new Error(`The server answered ${text.slice(0, 200)}`);
  return text.indexOf('\r\n\r\n') + 4 + Number(length);
}

/**
 * Keeps this process from falling asleep between two answers: waking it costs the server that answers, more the more
 * often it has to, which would be counted against the slower one.
 */
class Wakeful {
  #over = false;

  constructor() {
    const turn = (): void => {
      if (!this.#over) setImmediate(turn);
    };
    turn();
  }

  [Symbol.dispose](): void {
    this.#over = true;
  }
}

/** A server in a process of its own, and the connections to it. */
class Server {
  readonly #process: ChildProcess;
  readonly #connections: readonly Connection[];

  private constructor(child: ChildProcess, connections: readonly Connection[]) {
    this.#process = child;
    this.#connections = connections;
  }

  static async start(kind: 'plain' | 'toolkit'): Promise<Server> {
    const child = fork(join(import.meta.dirname, 'http-server.ts'), [kind], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const [origin] = (await once(child, 'message')) as [string];
    const { port } = new URL(origin);
    const connections = await Promise.all(
      Array.from({ length: CONNECTIONS }, () => Connection.open(Number(port))),
    );
    return new Server(child, connections);
  }

  /** Answers with the microseconds of processor time that the requests have taken. */
  readonly load: Contestant = async (count) => {
    using _ = new Wakeful();
    const before = await this.#processorTime();
    let left = count;
    await Promise.all(
      this.#connections.map(async (connection) => {
        while (left > 0) {
          left -= 1;
          await connection.send();
        }
      }),
    );
    return (await this.#processorTime()) - before;
  };

  async stop(): Promise<void> {
    for (const connection of this.#connections) connection.close();
    const ended = once(this.#process, 'exit');
    this.#process.disconnect();
    await ended;
  }

  async #processorTime(): Promise<number> {
    const told = once(this.#process, 'message');
    this.#process.send('processor time');
    const [microseconds] = (await told) as [number];
    return microseconds;
  }
}

const plain = await Server.start('plain');
const toolkit = await Server.start('toolkit');
for (const server of [plain, toolkit]) await server.load(WARM_UP);
const comparison = await compare(
  'processor time of the server per request',
  { [PLAIN]: plain.load, [TOOLKIT]: toolkit.load },
  { rounds: ROUNDS, count: REQUESTS },
);
await Promise.all([plain.stop(), toolkit.stop()]);
report({
  findings: [
    {
      what: 'HTTP with metrics, wide event, deadline and 1 % spans: toolkit / fastify',
      value: ratio(comparison, TOOLKIT, PLAIN),
      unit: '×',
      wanted: { atMost: 1.6 },
    },
  ],
  measured: measured([comparison]),
});
