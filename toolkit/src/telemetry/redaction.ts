/**
 * What must not reach a log.
 *
 * @example
 * ```ts
 * const options: RedactionOptions = { keys: ['iban'], replacement: '***' };
 * ```
 */
export interface RedactionOptions {
  /** Names of fields whose value is never written, at any depth, whatever their case and separators. */
  readonly keys?: readonly string[];
  /** What stands in for a value. @default '[redacted]' */
  readonly replacement?: string;
}

/** Names that mean a secret wherever they end a field's name: `password`, `dbPassword`, `DB_PASSWORD`. */
const SECRET_NAMES = [
  'password',
  'passwd',
  'passphrase',
  'secret',
  'token',
  'apikey',
  'accesskey',
  'secretkey',
  'privatekey',
  'authorization',
  'cookie',
  'credential',
  'credentials',
  'connectionstring',
  'sessionid',
  'signature',
];

/** Short names count only as the whole name, since many words end in them. */
const WHOLE_NAMES = new Set(['otp', 'pin', 'cvc', 'cvv', 'auth', 'pwd', 'jwt']);

/**
 * Secrets that give themselves away in a text: credentials in a URL, an authorization header, a JSON Web Token, a
 * private key in PEM, and assignments such as `password=…`.
 */
const SECRET_TEXTS: readonly [pattern: RegExp, replacement: string][] = [
  [/\b([a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/@]{0,200}):[^\s@]{1,500}@/gi, '$1:§@'],
  [/\b(bearer|basic|digest|negotiate)\s+[\w.~+/=-]{8,}/gi, '$1 §'],
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, '§'],
  [/-----BEGIN ([A-Z ]*PRIVATE KEY)-----[\s\S]*?(?:-----END \1-----|$)/g, '§'],
  [/\b([\w-]*(?:password|passwd|secret|token|api[_-]?key))(["']?\s*[=:]\s*["']?)[^\s"'&,;}]{3,}/gi, '$1$2§'],
];

/** A quick look that lets nearly every text pass without the patterns above. */
const SUSPICIOUS =
  /:\/\/[^\s/]*@|bearer|basic|digest|negotiate|eyJ|PRIVATE KEY|password|passwd|secret|token|api[_-]?key/i;

/** Deeper than this a value is cut off: nobody reads it in a log. */
const DEEPEST = 8;

/**
 * Takes secrets out of what is about to be written: by the names of fields, and by what gives itself away in a text.
 * Leaves its input alone, and gives it back as it is when there is nothing to hide.
 *
 * @example
 * ```ts
 * const redactor = createRedactor({ keys: ['iban'] });
 * redactor.value({ user: 'ada', password: 'geheim' }); // { user: 'ada', password: '[redacted]' }
 * redactor.text('postgres://app:geheim@db/shop'); // 'postgres://app:[redacted]@db/shop'
 * ```
 */
export function createRedactor(options: RedactionOptions = {}): Redactor {
  return new Redactor(options);
}

/**
 * Made by {@link createRedactor}.
 *
 * @example
 * ```ts
 * const redactor: Redactor = createRedactor();
 * ```
 */
export class Redactor {
  readonly #own: ReadonlySet<string>;
  readonly #replacement: string;
  /** Whether a name is secret, so that names are looked into once. Bounded, since names may come from outside. */
  readonly #known = new Map<string, boolean>();

  constructor(options: RedactionOptions = {}) {
    this.#own = new Set((options.keys ?? []).map(plain));
    this.#replacement = options.replacement ?? '[redacted]';
  }

  /** Whether the value of a field of that name must not be written. */
  isSecret(key: string): boolean {
    let secret = this.#known.get(key);
    if (secret === undefined) {
      const name = plain(key);
      secret =
        this.#own.has(name) || WHOLE_NAMES.has(name) || SECRET_NAMES.some((suffix) => name.endsWith(suffix));
      if (this.#known.size < 10_000) this.#known.set(key, secret);
    }
    return secret;
  }

  /** A text without the secrets that give themselves away in it. */
  text(text: string): string {
    if (!SUSPICIOUS.test(text)) return text;
    let redacted = text;
    for (const [pattern, replacement] of SECRET_TEXTS) {
      redacted = redacted.replace(
        pattern,
        replacement.replace('§', this.#replacement.replaceAll('$', '$$$$')),
      );
    }
    return redacted;
  }

  /** A value of any kind without secrets. Objects and arrays are copied where something is taken out. */
  value(value: unknown): unknown {
    return this.#value(value, 0, new Set());
  }

  #value(value: unknown, depth: number, path: Set<object>): unknown {
    if (typeof value === 'string') return this.text(value);
    if (typeof value !== 'object' || value === null) return value;
    if (depth === DEEPEST) return '[too deep]';
    if (path.has(value)) return '[circular]';
    path.add(value);
    const redacted = this.#object(value, depth, path);
    path.delete(value);
    return redacted;
  }

  #object(value: object, depth: number, path: Set<object>): unknown {
    if (value instanceof Error) return this.#error(value, depth, path);
    if (Array.isArray(value)) {
      const items = value.map((item) => this.#value(item, depth + 1, path));
      return items.every((item, index) => item === value[index]) ? value : items;
    }
    // Dates, buffers and whatever says itself how it is written.
    if ('toJSON' in value && typeof value.toJSON === 'function') return value;
    let copy: Record<string, unknown> | undefined;
    for (const [key, field] of Object.entries(value)) {
      const redacted = this.isSecret(key) ? this.#hide(field) : this.#value(field, depth + 1, path);
      if (redacted === field) continue;
      copy ??= { ...value };
      copy[key] = redacted;
    }
    return copy ?? value;
  }

  #hide(field: unknown): unknown {
    return field === undefined || field === null || field === '' ? field : this.#replacement;
  }

  #error(error: Error, depth: number, path: Set<object>): Record<string, unknown> {
    const { name, message, stack, cause, ...fields } = error as Error & Record<string, unknown>;
    return {
      ...(this.#value({ ...fields }, depth, path) as object),
      type: name,
      message: this.text(message),
      ...(stack !== undefined && { stack: this.text(stack) }),
      ...(cause !== undefined && { cause: this.#value(cause, depth + 1, path) }),
    };
  }
}

function plain(key: string): string {
  return key.toLowerCase().replace(/[^a-z0-9]/g, '');
}
