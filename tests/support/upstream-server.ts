/** Publishes charts and manifests on the loopback interface, as a chart repository and as an OCI registry. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';

const fixtures = join(import.meta.dirname, '../fixtures/vendor');

/** The manifest of the fixture. */
export const manifestText = readFileSync(join(fixtures, 'manifest.yaml'), 'utf8');

/** How the chart of the fixture is packed otherwise than it is. */
export interface ChartVariant {
  version?: string;
  /** Its `artifacthub.io/license`. */
  licence?: string;
  /** Text of its LICENSE file. */
  licenceText?: string;
  /** Changes a file in it. */
  edit?: { file: string; change: (text: string) => string };
}

/** Packs the chart of the fixture. Equal variants are equal bytes. */
export function packChart({ version, licence, licenceText, edit }: ChartVariant = {}): Buffer {
  const directory = mkdtempSync(join(tmpdir(), 'ninefold-chart-'));
  try {
    const chart = join(directory, 'greeter-operator');
    cpSync(join(fixtures, 'chart'), chart, { recursive: true });
    const file = join(chart, 'Chart.yaml');
    const description = parse(readFileSync(file, 'utf8'));
    if (version) description.version = version;
    if (licence) description.annotations['artifacthub.io/license'] = licence;
    writeFileSync(file, stringify(description));
    if (licenceText) writeFileSync(join(chart, 'LICENSE'), licenceText);
    if (edit) {
      const edited = join(chart, edit.file);
      writeFileSync(edited, edit.change(readFileSync(edited, 'utf8')));
    }
    execFileSync('sh', [
      '-c',
      `cd '${directory}' && find greeter-operator -exec touch -d @0 {} + && find greeter-operator -type f | sort | tar -cf - --owner=0 --group=0 --mode=a+r -T - | gzip -n > chart.tgz`,
    ]);
    return readFileSync(join(directory, 'chart.tgz'));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** What the server publishes. */
export class UpstreamServer {
  /** Archives by version. */
  readonly charts = new Map<string, Buffer>();
  /** Other files by path. */
  readonly files = new Map<string, string>();
  /** Digests that the index and the registry state, where they are not the true ones. */
  readonly stated = new Map<string, string>();
  /** Digests of images, by `repository:tag`. */
  readonly images = new Map<string, string>();
  readonly requests: string[] = [];
  #server: Server | undefined;
  #port = 0;

  /** Starts it. */
  async open(): Promise<this> {
    const server = createServer((request, response) => this.#answer(request, response));
    const { promise, resolve } = Promise.withResolvers<void>();
    server.listen(0, '127.0.0.1', resolve);
    await promise;
    this.#server = server;
    this.#port = (server.address() as AddressInfo).port;
    return this;
  }

  /** `host:port`. */
  get host(): string {
    return `127.0.0.1:${this.#port}`;
  }

  /** Address of a path. */
  address(path: string): string {
    return `http://${this.host}${path}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server?.close(() => resolve());
    this.#server?.closeAllConnections();
    await promise;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = (request.url ?? '').split('?')[0] ?? '';
    this.requests.push(`${request.method} ${path}`);
    if (path.startsWith('/v2/')) this.#registry(path.slice('/v2/'.length), request, response);
    else if (path === '/charts/index.yaml') response.end(this.#index());
    else if (path === '/token') response.end(JSON.stringify({ token: 'anonymous' }));
    else {
      const version = /^\/charts\/greeter-operator-(.*)\.tgz$/.exec(path)?.[1];
      const content = version === undefined ? this.files.get(path) : this.charts.get(version);
      if (content === undefined) response.writeHead(404).end();
      else response.end(content);
    }
  }

  #index(): string {
    const versions = [...this.charts].map(([version, archive]) => ({
      name: 'greeter-operator',
      version,
      urls: [`greeter-operator-${version}.tgz`],
      digest: this.stated.get(version) ?? sha256(archive),
    }));
    return stringify({ apiVersion: 'v1', entries: { 'greeter-operator': versions.reverse() } });
  }

  #registry(path: string, request: IncomingMessage, response: ServerResponse): void {
    if (request.headers.authorization !== 'Bearer anonymous') {
      const challenge = `Bearer realm="${this.address('/token')}",service="test",scope="repository:charts:pull"`;
      response.writeHead(401, { 'www-authenticate': challenge }).end();
      return;
    }
    const [, repository = '', kind, reference = ''] = /^(.*)\/(manifests|blobs|tags)\/(.*)$/.exec(path) ?? [];
    const image = this.images.get(`${repository}:${reference}`);
    if (image) response.writeHead(200, { 'docker-content-digest': image }).end();
    else if (kind === 'tags')
      response.end(JSON.stringify({ name: repository, tags: [...this.charts.keys()] }));
    else if (kind === 'blobs') {
      const archive = [...this.charts.values()].find((one) => `sha256:${sha256(one)}` === reference);
      // A registry that lies about a digest still serves something under it.
      const lied = [...this.stated].find(([, digest]) => `sha256:${digest}` === reference)?.[0];
      const served = archive ?? this.charts.get(lied ?? '');
      if (served) response.end(served);
      else response.writeHead(404).end();
    } else {
      const archive = this.charts.get(reference);
      if (!archive || !repository.endsWith('/greeter-operator')) response.writeHead(404).end();
      else response.end(JSON.stringify(this.#chartManifest(reference, archive)));
    }
  }

  #chartManifest(version: string, archive: Buffer): object {
    return {
      schemaVersion: 2,
      config: { mediaType: 'application/vnd.cncf.helm.config.v1+json', digest: 'sha256:0', size: 2 },
      layers: [
        {
          mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip',
          digest: `sha256:${this.stated.get(version) ?? sha256(archive)}`,
          size: archive.length,
        },
      ],
    };
  }
}

/** Hexadecimal SHA-256. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
