import type { Carrier } from './carrier.ts';

/**
 * Headers as Node, fastify and undici hold them: a plain object with values or lists of values.
 *
 * @example
 * const headers: HttpHeaders = { accept: 'application/json' };
 */
export type HttpHeaders = Record<string, string | readonly string[] | undefined>;

/** What the global `Headers` class offers of itself. */
interface HeadersLike {
  get(name: string): string | null;
  set(name: string, value: string): void;
  keys(): Iterable<string>;
}

/**
 * A carrier over HTTP headers. Names compare without case; repeated headers are joined by a comma.
 *
 * @example
 * const headers = new Headers();
 * inject(currentContext(), httpHeaders(headers));
 */
export function httpHeaders(headers: HttpHeaders | HeadersLike): Carrier {
  if (isHeaders(headers)) {
    return {
      delivery: 'immediate',
      get: (name) => headers.get(name) ?? undefined,
      set: (name, value) => headers.set(name, value),
      keys: () => headers.keys(),
    };
  }
  const find = (name: string): string | undefined => {
    // Node delivers names in lower case: the search is only for what an application wrote itself.
    if (Object.hasOwn(headers, name)) return name;
    return Object.keys(headers).find((key) => key.toLowerCase() === name);
  };
  return {
    delivery: 'immediate',
    get(name) {
      const key = find(name);
      const value = key === undefined ? undefined : headers[key];
      return typeof value === 'string' || value === undefined ? value : value.join(',');
    },
    set(name, value) {
      headers[find(name) ?? name] = value;
    },
    keys: () => Object.keys(headers).map((key) => key.toLowerCase()),
  };
}

/**
 * The headers that Node has received, whose names are in lower case: reading one is a single look.
 *
 * @example
 * const context = extract(receivedHeaders(request.headers), { trusted: true });
 */
export function receivedHeaders(headers: Readonly<HttpHeaders>): Carrier {
  return new ReceivedHeaders(headers);
}

/** A class, since one is made for each request. */
class ReceivedHeaders implements Carrier {
  readonly delivery = 'immediate';
  readonly #headers: Readonly<HttpHeaders>;

  constructor(headers: Readonly<HttpHeaders>) {
    this.#headers = headers;
  }

  get(name: string): string | undefined {
    const value = this.#headers[name];
    return typeof value === 'string' || value === undefined ? value : value.join(',');
  }

  set(): void {
    throw new TypeError('What was received is read, not written');
  }

  keys(): Iterable<string> {
    return Object.keys(this.#headers);
  }
}

function isHeaders(headers: HttpHeaders | HeadersLike): headers is HeadersLike {
  return typeof headers.get === 'function' && typeof headers.set === 'function';
}
