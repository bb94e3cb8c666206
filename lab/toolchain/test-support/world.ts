/** A machine to look for programs on: a search path, a cache and a publisher, all made for one test. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import type { ToolEvent } from '../events.ts';
import type { ToolName } from '../tool.ts';
import { tools } from '../tools.ts';

const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
const platform = `${process.platform}-${architecture}`;

/** What a program of a version prints when it is asked for it. */
const versionTexts: Record<ToolName, (version: string) => string> = {
  pulumi: (version) => `v${version}`,
  etcd: (version) => `etcd Version: ${version}`,
  'kube-apiserver': (version) => `Kubernetes v${version}`,
  'kube-controller-manager': (version) => `Kubernetes v${version}`,
  'kube-scheduler': (version) => `Kubernetes v${version}`,
  kwok: (version) => `kwok version v${version} go1.26.8 (linux/amd64)`,
  istioctl: (version) => `client version: ${version}`,
  helm: (version) => `v${version}`,
  vault: (version) => `Vault v${version} (0123456789abcdef), built 2026-01-01T00:00:00Z`,
  promtool: (version) => `promtool, version ${version} (branch: , revision: unknown)`,
};

/** The text of a small program that prints its version as the real one does. */
export function programText(tool: ToolName, version: string = tools[tool].version): string {
  return `#!/bin/sh\necho '${versionTexts[tool](version)}'\n`;
}

/** The SHA-256 of a text or of bytes. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** What a publisher serves, by path; a path that is not there is answered with 404. */
export type Published = Map<string, string | Uint8Array>;

/** One test's machine. */
export class World {
  readonly directory = mkdtempSync(join(tmpdir(), 'ninefold-toolchain-'));
  readonly bin = join(this.directory, 'bin');
  readonly cache = join(this.directory, 'cache');
  readonly published: Published = new Map();
  /** Method and path of each request to the publisher. */
  readonly requests: string[] = [];
  readonly events: ToolEvent[] = [];
  #server: Server | undefined;
  #address = '';

  /** Starts the publisher. */
  async open(): Promise<this> {
    mkdirSync(this.bin);
    this.#server = createServer((request, response) => {
      this.requests.push(`${request.method} ${request.url}`);
      const content = this.published.get(request.url ?? '');
      if (content === undefined) response.writeHead(404).end();
      else if (content === 'silence') return;
      else response.writeHead(200, { 'content-length': Buffer.byteLength(content) }).end(content);
    });
    await new Promise<void>((resolve) => this.#server?.listen(0, '127.0.0.1', resolve));
    this.#address = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve));
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** The environment of the machine. There is no Go on its path unless the test puts one there. */
  get environment(): NodeJS.ProcessEnv {
    return {
      PATH: `${this.bin}:/usr/bin:/bin`,
      HOME: this.directory,
      NINEFOLD_CACHE: this.cache,
      NINEFOLD_KUBERNETES_MIRROR: this.#address,
      NINEFOLD_GITHUB_MIRROR: this.#address,
      NINEFOLD_HASHICORP_MIRROR: this.#address,
      NINEFOLD_REGISTRY_MIRROR: this.#address,
    };
  }

  get options() {
    return { environment: this.environment, report: (event: ToolEvent) => this.events.push(event) };
  }

  /** The steps reported for a tool, each once. */
  steps(tool: ToolName): string[] {
    return [...new Set(this.events.filter((event) => event.tool === tool).map(({ step }) => step))];
  }

  /** Puts an executable file somewhere. */
  install(path: string, text: string): string {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    chmodSync(path, 0o755);
    return path;
  }

  /** Where the cache keeps a tool. */
  cached(tool: ToolName): string {
    return join(this.cache, 'toolchain', tool, tools[tool].version, platform, tool);
  }

  /** Publishes a file with its digest in a file beside it, as Kubernetes does. */
  publishKubernetes(tool: ToolName, text: string, digest = sha256(text)): void {
    const path = `/release/v${tools[tool].version}/bin/linux/${architecture}/${tool}`;
    this.published.set(path, text).set(`${path}.sha256`, digest);
  }

  /** Publishes an archive with a list of digests, as etcd does. */
  publishEtcd(text: string): void {
    const { version } = tools.etcd;
    const name = `etcd-v${version}-linux-${architecture}`;
    const archive = this.#archive(`${name}.tar.gz`, {
      [`${name}/etcd`]: text,
      [`${name}/README.md`]: 'read',
    });
    const release = `/etcd-io/etcd/releases/download/v${version}`;
    this.published
      .set(`${release}/${name}.tar.gz`, archive)
      .set(`${release}/SHA256SUMS`, `${sha256('other')}  other.tar.gz\n${sha256(archive)}  ${name}.tar.gz\n`);
  }

  /** Publishes the engine with a language host, as Pulumi does. */
  publishPulumi(text: string): void {
    const { version } = tools.pulumi;
    const processor = architecture === 'amd64' ? 'x64' : architecture;
    const name = `pulumi-v${version}-linux-${processor}.tar.gz`;
    const archive = this.#archive(name, {
      'pulumi/pulumi': text,
      'pulumi/pulumi-language-nodejs': '#!/bin/sh\necho host\n',
    });
    const release = `/pulumi/pulumi/releases/download/v${version}`;
    this.published
      .set(`${release}/${name}`, archive)
      .set(`${release}/pulumi-${version}-checksums.txt`, `${sha256(archive)}  ${name}\n`);
  }

  /** Publishes a program in an image with a lower layer, for this platform among others, as KWOK is. */
  publishKwok(text: string): void {
    const layers = [
      this.#archive('base.tar.gz', { 'bin/sh': 'shell' }),
      this.#archive('kwok.tar.gz', { 'usr/local/bin/kwok': text }),
    ];
    const digests = layers.map((layer) => this.#publishBlob('blobs', layer));
    const manifest = JSON.stringify({ schemaVersion: 2, layers: digests.map((digest) => ({ digest })) });
    const other = JSON.stringify({ schemaVersion: 2, layers: [] });
    const index = {
      manifests: [
        { digest: this.#publishBlob('manifests', other), platform: { os: 'plan9', architecture } },
        { digest: this.#publishBlob('manifests', manifest), platform: { os: 'linux', architecture } },
      ],
    };
    this.published.set(`/v2/kwok/kwok/manifests/v${tools.kwok.version}`, JSON.stringify(index));
  }

  /** Publishes a zip archive with a list of digests, as HashiCorp does. */
  publishVault(text: string): void {
    const release = `/vault/${tools.vault.version}/vault_${tools.vault.version}`;
    const archive = zipOf({ 'LICENSE.txt': 'read '.repeat(100), vault: text });
    const name = basename(`${release}_${process.platform}_${architecture}.zip`);
    this.published
      .set(`${dirname(release)}/${name}`, archive)
      .set(`${release}_SHA256SUMS`, `${sha256(archive)}  ${name}\n`);
  }

  #publishBlob(collection: 'blobs' | 'manifests', content: string | Uint8Array): string {
    const digest = `sha256:${sha256(content)}`;
    this.published.set(`/v2/kwok/kwok/${collection}/${digest}`, content);
    return digest;
  }

  #archive(name: string, members: Record<string, string>): Buffer {
    const directory = mkdtempSync(join(this.directory, 'archive-'));
    for (const [path, text] of Object.entries(members)) this.install(join(directory, path), text);
    const file = join(this.directory, name);
    execFileSync('tar', ['-czf', file, '-C', directory, '.']);
    return readFileSync(file);
  }
}

/** A zip archive of deflated members. */
function zipOf(members: Record<string, string>): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [path, text] of Object.entries(members)) {
    const name = Buffer.from(path);
    const packed = deflateRawSync(text);
    // Both headers share these fields: versions, method 8, the time, sizes and lengths.
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(8, 4);
    fields.writeUInt32LE(crc32(text), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(Buffer.byteLength(text), 18);
    fields.writeUInt16LE(name.length, 22);
    const attributes = Buffer.alloc(14);
    attributes.writeUInt32LE(offset, 10);
    parts.push(Buffer.from('PK\x03\x04'), fields, name, packed);
    directory.push(Buffer.from('PK\x01\x02'), Buffer.alloc(2), fields, attributes, name);
    offset += 30 + name.length + packed.length;
  }
  const last = Buffer.alloc(22);
  last.write('PK\x05\x06', 'latin1');
  last.writeUInt16LE(Object.keys(members).length, 8);
  last.writeUInt16LE(Object.keys(members).length, 10);
  last.writeUInt32LE(Buffer.concat(directory).length, 12);
  last.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, ...directory, last]);
}
