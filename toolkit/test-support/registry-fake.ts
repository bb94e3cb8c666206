import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { checkCompatibility } from '../src/contract/compatibility/index.ts';

interface Version {
  readonly id: number;
  readonly version: number;
  readonly schema: string;
}

/** An answer of the API: a status, and a body or the code of an error. */
type Answer = readonly [status: number, body: unknown];

const MEDIA_TYPE = 'application/vnd.schemaregistry.v1+json';

/**
 * The part of Confluent's schema registry API that services use (which Apicurio's `ccompat` is, too), on loopback:
 * with its paths, status and error codes, ids and versions, and backward compatibility by JSON Schema.
 */
export class RegistryFake {
  readonly requests: { readonly path: string; readonly authorization: string | undefined }[] = [];
  /** What becomes of the next request. */
  next: 'answered' | 'broken' | 'silent' = 'answered';
  readonly #server: Server;
  readonly #schemas: string[] = [];
  readonly #subjects = new Map<string, Version[]>();

  private constructor() {
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  static async start(): Promise<RegistryFake> {
    const fake = new RegistryFake();
    fake.#server.listen(0, '127.0.0.1');
    await once(fake.#server, 'listening');
    return fake;
  }

  /** Where the API begins. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/apis/ccompat/v7`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request;
    this.requests.push({ path: url, authorization: headers.authorization });
    const body = await text(request);
    const fate = this.next;
    this.next = 'answered';
    if (fate === 'silent') return;
    const [status, answer] =
      fate === 'broken' ? error(500, 50001, 'out of order') : this.#answer(method, url, body);
    response.writeHead(status, { 'content-type': MEDIA_TYPE }).end(JSON.stringify(answer));
  }

  #answer(method: string, url: string, body: string): Answer {
    const path = /^\/apis\/ccompat\/v7\/(.+)$/.exec(url)?.[1];
    const parts = (path ?? '').split('/').map(decodeURIComponent);
    const [kind, name = '', versions, latest] = parts;
    if (kind === 'schemas' && name === 'ids' && method === 'GET') {
      const schema = this.#schemas[Number(versions) - 1];
      return schema === undefined ? error(404, 40403, 'Schema not found') : [200, { schema }];
    }
    if (kind !== 'subjects') return [404, { message: 'HTTP 404 Not Found' }];
    if (method === 'GET' && versions === 'versions' && latest === 'latest') {
      const found = this.#subjects.get(name)?.at(-1);
      return found ? [200, { subject: name, ...found }] : error(404, 40401, `Subject '${name}' not found.`);
    }
    if (method !== 'POST') return error(405, 405, 'Method not allowed');
    const { schema, schemaType } = JSON.parse(body) as { schema: string; schemaType: string };
    if (schemaType !== 'JSON') return error(422, 42201, 'Invalid schema type');
    if (versions === 'versions') return this.#register(name, schema);
    const known = this.#subjects.get(name);
    if (!known) return error(404, 40401, `Subject '${name}' not found.`);
    const found = known.find((one) => one.schema === schema);
    return found ? [200, { subject: name, ...found }] : error(404, 40403, 'Schema not found');
  }

  #register(subject: string, schema: string): Answer {
    const present = this.#subjects.get(subject) ?? [];
    const same = present.find((one) => one.schema === schema);
    if (same) return [200, { id: same.id }];
    const version = present.length + 1;
    const all = [...present, { version, schema }].map((one) => ({
      version: one.version,
      schema: JSON.parse(one.schema) as Record<string, unknown>,
    }));
    const broken = checkCompatibility('backward', all);
    if (broken.length > 0) {
      const details = broken.flatMap(({ incompatibilities }) =>
        incompatibilities.map(({ path, reason }) => `${path} ${reason}`),
      );
      return error(
        409,
        409,
        `Schema being registered is incompatible with an earlier schema: ${details.join(', ')}`,
      );
    }
    let id = this.#schemas.indexOf(schema) + 1;
    if (id === 0) id = this.#schemas.push(schema);
    this.#subjects.set(subject, [...present, { id, version, schema }]);
    return [200, { id }];
  }
}

function error(status: number, code: number, message: string): Answer {
  return [status, { error_code: code, message }];
}
