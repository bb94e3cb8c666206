import * as z from 'zod';
import { currentContext } from '../../context/index.ts';
import { IncompatibleSchemaError, type RegisteredSchema, type SchemaRegistry } from './registry.ts';

/**
 * How {@link httpSchemaRegistry} reaches a registry.
 *
 * @example
 * const options: HttpSchemaRegistryOptions = { url: 'http://registry:8080/apis/ccompat/v7' };
 */
export interface HttpSchemaRegistryOptions {
  /** Where the API begins: of Apicurio `…/apis/ccompat/v7`, of Confluent's and Karapace the root. */
  readonly url: string | URL;
  /** Sent with every request, such as `authorization`; asked for each time, for tokens expire. @default none */
  readonly headers?: () => Promise<Readonly<Record<string, string>>> | Readonly<Record<string, string>>;
  /** Milliseconds for one request. @default 10000 */
  readonly timeout?: number;
}

const TIMEOUT = 10_000;
const MEDIA_TYPE = 'application/vnd.schemaregistry.v1+json';
/** By the API: the subject, the version or the schema is not there. */
const notFound = new Set([40401, 40402, 40403]);

const registeredAnswer = z.object({ id: z.int() });
const versionAnswer = z.object({ id: z.int(), version: z.int(), schema: z.string() });
const schemaAnswer = z.object({ schema: z.string() });
const errorAnswer = z.object({ error_code: z.int().optional(), message: z.string().optional() });
const jsonSchema = z.record(z.string(), z.unknown());

/**
 * A schema registry over the REST API of Confluent's, which Apicurio and Karapace speak, too.
 *
 * @example
 * const registry = httpSchemaRegistry({ url: 'http://registry:8080/apis/ccompat/v7' });
 */
export function httpSchemaRegistry(options: HttpSchemaRegistryOptions): SchemaRegistry {
  return new HttpSchemaRegistry(options);
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

class HttpSchemaRegistry implements SchemaRegistry {
  readonly #base: string;
  readonly #options: HttpSchemaRegistryOptions;

  constructor(options: HttpSchemaRegistryOptions) {
    this.#options = options;
    this.#base = new URL(options.url).href.replace(/\/$/, '');
  }

  async register(subject: string, schema: Readonly<Record<string, unknown>>): Promise<RegisteredSchema> {
    const body = { schemaType: 'JSON', schema: JSON.stringify(schema) };
    const answer = await this.#ask('POST', `/subjects/${encodeURIComponent(subject)}/versions`, body);
    if (answer.status === 409 || answer.status === 422) {
      const { message } = errorAnswer.parse(answer.body);
      throw new IncompatibleSchemaError(subject, [message ?? `it answered ${answer.status}`]);
    }
    const { id } = registeredAnswer.parse(this.#expect(answer, `registering ${subject}`));
    // Registering says nothing of the version: asked for by the schema itself.
    const found = await this.#ask('POST', `/subjects/${encodeURIComponent(subject)}`, body);
    const { version } = versionAnswer.parse(this.#expect(found, `looking up ${subject}`));
    return { id, subject, version, schema, uri: this.#uri(id) };
  }

  async latest(subject: string): Promise<RegisteredSchema | undefined> {
    const answer = await this.#ask('GET', `/subjects/${encodeURIComponent(subject)}/versions/latest`);
    if (isNotFound(answer)) return undefined;
    const { id, version, schema } = versionAnswer.parse(this.#expect(answer, `reading ${subject}`));
    return { id, subject, version, schema: jsonSchema.parse(JSON.parse(schema)), uri: this.#uri(id) };
  }

  async byId(id: number): Promise<Readonly<Record<string, unknown>> | undefined> {
    const answer = await this.#ask('GET', `/schemas/ids/${id}`);
    if (isNotFound(answer)) return undefined;
    const { schema } = schemaAnswer.parse(this.#expect(answer, `reading schema ${id}`));
    return jsonSchema.parse(JSON.parse(schema));
  }

  #uri(id: number): string {
    return `${this.#base}/schemas/ids/${id}`;
  }

  async #ask(method: string, path: string, body?: unknown): Promise<Answer> {
    const { headers, timeout = TIMEOUT } = this.#options;
    const answer = await fetch(`${this.#base}${path}`, {
      method,
      headers: {
        accept: MEDIA_TYPE,
        ...(body !== undefined && { 'content-type': MEDIA_TYPE }),
        ...(await headers?.()),
      },
      signal: AbortSignal.any([currentContext().signal, AbortSignal.timeout(timeout)]),
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? undefined : parseOrText(text) };
  }

  #expect({ status, body }: Answer, what: string): unknown {
    if (status >= 200 && status < 300) return body;
    const { data } = errorAnswer.safeParse(body);
    throw new Error(
      `the schema registry answered ${status} to ${what}: ${data?.message ?? 'without a reason'}`,
    );
  }
}

function isNotFound({ status, body }: Answer): boolean {
  if (status !== 404) return false;
  const { data } = errorAnswer.safeParse(body);
  // Another 404 is that of a URL that is not the API's.
  return data?.error_code !== undefined && notFound.has(data.error_code);
}

function parseOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
