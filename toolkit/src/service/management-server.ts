import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HealthReport } from './health.ts';

/**
 * Health and metrics on a port of their own, so that neither load nor a route of the API is ever in their way.
 *
 * @example
 * const options: ManagementOptions = { host: '0.0.0.0', renderMetrics: () => register.metrics() };
 */
export interface ManagementOptions {
  /** 0 for any free port. @default the contract's, else 9464 */
  readonly port?: number;
  /** In a pod `0.0.0.0`. @default '127.0.0.1' */
  readonly host?: string;
  /** @default '/livez' */
  readonly live?: string;
  /** @default '/readyz' */
  readonly ready?: string;
  /** @default '/metrics' */
  readonly metrics?: string;
  /** Writes the metrics in Prometheus' text format. @default there are none */
  readonly renderMetrics?: () => Promise<string> | string;
  /** Told where it listens. */
  readonly onListening?: (origin: string) => void;
}

/** What it reports about. */
interface Reporting {
  liveness(): Promise<HealthReport>;
  readiness(): Promise<HealthReport>;
  describe(): unknown;
}

const PORT = 9464;

/** Answers probes with 200 or 503 and the report as JSON. */
export class ManagementServer {
  readonly #service: Reporting;
  readonly #options: ManagementOptions;
  #server: Server | undefined;

  constructor(service: Reporting, options: ManagementOptions) {
    this.#service = service;
    this.#options = options;
  }

  async start(): Promise<void> {
    // Not imported: an import reads every export of the module, one of which loads a whole HTTP client.
    const { createServer } = process.getBuiltinModule('node:http');
    const { port = PORT, host = '127.0.0.1', onListening } = this.#options;
    const server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        response.writeHead(500).end(error instanceof Error ? error.message : String(error));
      });
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(port, host, resolve);
    });
    this.#server = server;
    onListening?.(`http://${host}:${(server.address() as AddressInfo).port}`);
  }

  async stop(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    this.#server = undefined;
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { live = '/livez', ready = '/readyz', metrics = '/metrics', renderMetrics } = this.#options;
    const path = request.url?.split('?', 1)[0];
    if (path === live) answerHealth(response, await this.#service.liveness());
    else if (path === ready) answerHealth(response, await this.#service.readiness());
    else if (path === metrics && renderMetrics) {
      const text = await renderMetrics();
      response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(text);
    } else if (path === '/describe') answerJson(response, 200, this.#service.describe());
    else response.writeHead(404).end();
  }
}

function answerHealth(response: ServerResponse, report: HealthReport): void {
  answerJson(response, report.healthy ? 200 : 503, report);
}

function answerJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(value));
}
