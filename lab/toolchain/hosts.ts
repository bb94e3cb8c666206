/** Talks to the publishers' hosts: through the user's proxy, briefly, and not again once one is out of reach. */
import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';

/** A host that didn't answer in time, or a network failure on the way. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
}

/** A host that answered, and refused. */
export class RefusedRequestError extends Error {
  override readonly name = 'RefusedRequestError';
  /** The HTTP status. */
  readonly status: number;
  /** How the host wants to be asked instead, where it says so. */
  readonly challenge: string | undefined;

  constructor(message: string, status: number, challenge: string | undefined) {
    super(message);
    this.status = status;
    this.challenge = challenge;
  }
}

/** How long a transfer may stand still before it is given up, in milliseconds. */
const stalledMs = 20_000;

/** Hosts out of reach in this run, by origin, with the reason. */
const outOfReach = new Map<string, string>();
/** The first request to each host; the others wait for it, so that a host out of reach is asked once. */
const firstContacts = new Map<string, Promise<unknown>>();
let dispatcher: Promise<Dispatcher> | undefined;

/** Options of one request. */
export interface FetchOptions {
  /** How long the host may take until it begins to answer, in milliseconds. */
  readonly patienceMs: number;
  readonly signal?: AbortSignal | undefined;
  /** `HEAD` asks whether the file is there and leaves it there. @default 'GET' */
  readonly method?: 'GET' | 'HEAD';
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a host answered. */
export interface Answer {
  readonly body: AsyncIterable<Uint8Array>;
  /** Size of the body in bytes, when the host states it. */
  readonly size: number | undefined;
  /** A header of the answer. */
  header(name: string): string | undefined;
}

/**
 * Fetches an address. Throws {@link UnreachableError} when the host is out of reach, at once if it was before, and an
 * error with its status, {@link RefusedRequestError}, when it refuses.
 */
export async function fetchFrom(address: string, options: FetchOptions): Promise<Answer> {
  const { origin } = new URL(address);
  const first = firstContacts.get(origin);
  if (first === undefined) {
    const contact = request(address, origin, options);
    firstContacts.set(
      origin,
      contact.catch(() => undefined),
    );
    return contact;
  }
  await first;
  const known = outOfReach.get(origin);
  if (known !== undefined) throw new UnreachableError(known);
  return request(address, origin, options);
}

async function request(
  address: string,
  origin: string,
  { patienceMs, signal, method = 'GET', headers = {} }: FetchOptions,
): Promise<Answer> {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), patienceMs);
  try {
    const { fetch } = await import('undici');
    dispatcher ??= createDispatcher();
    const response = await fetch(address, {
      method,
      dispatcher: await dispatcher,
      signal: AbortSignal.any([patience.signal, ...(signal ? [signal] : [])]),
      headers: { 'user-agent': 'ninefold', ...headers },
    });
    if (!response.ok) {
      await response.body?.cancel();
      const said = `${address} answered ${response.status} ${response.statusText}`.trimEnd();
      const challenge = response.headers.get('www-authenticate') ?? undefined;
      throw new RefusedRequestError(said, response.status, challenge);
    }
    const size = Number(response.headers.get('content-length') ?? Number.NaN);
    return {
      body: response.body ?? Readable.from([]),
      size: Number.isNaN(size) ? undefined : size,
      header: (name) => response.headers.get(name) ?? undefined,
    };
  } catch (error) {
    signal?.throwIfAborted();
    if (!patience.signal.aborted && !(error instanceof TypeError)) throw error;
    const reason = patience.signal.aborted
      ? `${origin} did not answer within ${patienceMs / 1000} s`
      : `${origin} is out of reach: ${innermostMessage(error)}`;
    outOfReach.set(origin, reason);
    throw new UnreachableError(reason);
  } finally {
    clearTimeout(timer);
  }
}

/** Fetches a file that fits into memory. */
export async function fetchBytes(address: string, options: FetchOptions): Promise<Buffer> {
  const { body } = await fetchFrom(address, options);
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Fetches a small text. */
export async function fetchText(address: string, options: FetchOptions): Promise<string> {
  return (await fetchBytes(address, options)).toString('utf8');
}

async function createDispatcher(): Promise<Dispatcher> {
  const { EnvHttpProxyAgent } = await import('undici');
  return new EnvHttpProxyAgent({ bodyTimeout: stalledMs });
}

/** undici wraps the reason (no such host, refused, certificate) as the cause of "fetch failed". */
function innermostMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : innermostMessage(error.cause);
}
