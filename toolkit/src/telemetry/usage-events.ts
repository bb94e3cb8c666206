import { createHmac, randomUUID } from 'node:crypto';
import type * as z from 'zod';
import { type Clock, systemClock } from '../clock/index.ts';
import { type Context, currentContext } from '../context/index.ts';
import { personalPaths, personalValues } from './personal-data.ts';

/**
 * One kind of usage event.
 *
 * @example
 * ```ts
 * const completed = {
 *   version: 1,
 *   description: 'A customer completed a checkout',
 *   schema: z.strictObject({ items: z.int(), total: z.number(), customerEmail: z.email().optional() }),
 *   personal: { customerEmail: 'joins web and shop sessions of customers who agreed' },
 * } satisfies UsageEventDefinition;
 * ```
 */
export interface UsageEventDefinition<Schema extends z.ZodType = z.ZodType> {
  /** Goes up with every change of the schema. */
  readonly version: number;
  readonly description: string;
  /** What the event tells. Strict objects, so that nothing slips in. */
  readonly schema: Schema;
  /** Fields with personal data by their path (`customer.email`), each with its purpose. @default none */
  readonly personal?: Readonly<Record<string, string>>;
}

/**
 * An event on its way to the analytics.
 *
 * @example
 * ```ts
 * const sink = (event: UsageEvent) => producer.send(event);
 * ```
 */
export interface UsageEvent {
  /** Unique, so that one that arrives twice counts once. */
  readonly id: string;
  /** The kind, such as `checkout.completed`. */
  readonly name: string;
  readonly version: number;
  /** RFC 3339. */
  readonly time: string;
  readonly service: string;
  readonly tenant?: string;
  /** Whose usage it is: a pseudonym that only the holder of the key could make. */
  readonly subject?: string;
  /** Fields of `data` that hold personal data. */
  readonly personal: readonly string[];
  readonly data: unknown;
}

/**
 * How usage events are made and where they go.
 *
 * @example
 * ```ts
 * const options: UsageEventsOptions<typeof definitions> = { service: 'shop', events: definitions, send: publish };
 * ```
 */
export interface UsageEventsOptions<Definitions extends Readonly<Record<string, UsageEventDefinition>>> {
  readonly service: string;
  readonly events: Definitions;
  /** Takes an event; a topic of the platform, usually. */
  readonly send: (event: UsageEvent) => void | PromiseLike<void>;
  /**
   * At least 32 bytes, from the secret store. With it events carry a pseudonym of the principal; without it nobody.
   * A new key makes new pseudonyms: that is how subjects are forgotten.
   *
   * @default none
   */
  readonly pseudonymKey?: string | Uint8Array;
  /** Told what was refused, without the values. @default a process warning */
  readonly onRefused?: (name: string, violations: readonly string[]) => void;
  /** @default systemClock */
  readonly clock?: Clock;
}

/**
 * Typed events about how a product is used, for analytics. Each is checked against its schema before it leaves, and
 * personal data leaves only where its definition declares it: undeclared fields that are called like personal data are
 * refused when they are defined, values that look like it when they are tracked.
 *
 * Tracking never throws and never fails the work: what is refused is told to `onRefused` and counted.
 *
 * @throws TypeError with every definition that holds undeclared personal data, or a key that is too short.
 * @example
 * ```ts
 * const usage = createUsageEvents({
 *   service: 'shop',
 *   events: {
 *     'checkout.completed': {
 *       version: 1,
 *       description: 'A customer completed a checkout',
 *       schema: z.strictObject({ items: z.int(), total: z.number() }),
 *     },
 *   },
 *   send: (event) => topic.publish(event),
 * });
 * usage.track('checkout.completed', { items: 3, total: 59.7 });
 * ```
 */
export function createUsageEvents<const Definitions extends Readonly<Record<string, UsageEventDefinition>>>(
  options: UsageEventsOptions<Definitions>,
): UsageEvents<Definitions> {
  return new UsageEvents(options);
}

/**
 * Made by {@link createUsageEvents}.
 *
 * @example
 * ```ts
 * const usage: UsageEvents<typeof definitions> = createUsageEvents(options);
 * ```
 */
export class UsageEvents<Definitions extends Readonly<Record<string, UsageEventDefinition>>> {
  readonly #options: UsageEventsOptions<Definitions>;
  readonly #declared = new Map<string, ReadonlySet<string>>();
  readonly #counts = { sent: 0, refused: 0, failed: 0 };
  readonly #sending = new Set<Promise<void>>();

  constructor(options: UsageEventsOptions<Definitions>) {
    this.#options = options;
    const violations: string[] = [];
    for (const [name, definition] of Object.entries(options.events)) {
      const declared = new Set(Object.keys(definition.personal ?? {}));
      this.#declared.set(name, declared);
      for (const path of personalPaths(definition.schema).filter((found) => !isCovered(found, declared))) {
        violations.push(
          `usage event ${name}: ${path} is called like personal data: leave it out, or declare it in \`personal\` ` +
            'with its purpose',
        );
      }
      for (const [path, purpose] of Object.entries(definition.personal ?? {})) {
        if (purpose.trim() === '') violations.push(`usage event ${name}: say for what ${path} is needed`);
      }
    }
    const { pseudonymKey } = options;
    if (pseudonymKey !== undefined && Buffer.byteLength(pseudonymKey) < 32) {
      violations.push('usage events: pseudonymKey is too short: give it at least 32 random bytes');
    }
    if (violations.length > 0) throw new TypeError(violations.join('\n'));
  }

  /** How many were sent, refused for what they held, and not taken by `send`. */
  get counts(): { readonly sent: number; readonly refused: number; readonly failed: number } {
    return { ...this.#counts };
  }

  /**
   * Sends an event about the work that is running.
   *
   * @returns Whether it was let through.
   */
  track<Name extends keyof Definitions & string>(
    name: Name,
    data: z.input<Definitions[Name]['schema']>,
    context: Context = currentContext(),
  ): boolean {
    const definition = this.#options.events[name];
    if (definition === undefined) return this.#refuse(name, ['it is not defined']);
    const parsed = definition.schema.safeParse(data);
    if (!parsed.success) {
      return this.#refuse(
        name,
        parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the event'}: ${message}`),
      );
    }
    const declared = this.#declared.get(name) ?? new Set();
    const violations = personalValues(parsed.data, declared);
    if (violations.length > 0) return this.#refuse(name, violations);
    this.#send(this.#event(name, definition, parsed.data, context));
    return true;
  }

  /** What is tracked and to whom it is told, for a register of processing activities. */
  describe(): {
    readonly name: string;
    readonly version: number;
    readonly description: string;
    readonly personal: Readonly<Record<string, string>>;
  }[] {
    return Object.entries(this.#options.events).map(([name, { version, description, personal = {} }]) => ({
      name,
      version,
      description,
      personal,
    }));
  }

  /** Resolves when `send` has taken everything tracked so far: before the service ends. */
  async flush(): Promise<void> {
    await Promise.allSettled(this.#sending);
  }

  #event(name: string, definition: UsageEventDefinition, data: unknown, context: Context): UsageEvent {
    const { service, clock = systemClock, pseudonymKey } = this.#options;
    const { tenant, principal } = context;
    const subject =
      pseudonymKey === undefined || principal === undefined
        ? undefined
        : createHmac('sha256', pseudonymKey)
            .update(JSON.stringify([principal.issuer ?? '', principal.id]))
            .digest('base64url');
    return {
      id: randomUUID(),
      name,
      version: definition.version,
      time: new Date(clock.wall()).toISOString(),
      service,
      ...(tenant !== undefined && { tenant }),
      ...(subject !== undefined && { subject }),
      personal: Object.keys(definition.personal ?? {}),
      data,
    };
  }

  #send(event: UsageEvent): void {
    const sending = (async () => this.#options.send(event))().then(
      () => {
        this.#counts.sent++;
      },
      () => {
        this.#counts.failed++;
      },
    );
    this.#sending.add(sending);
    void sending.finally(() => this.#sending.delete(sending));
  }

  #refuse(name: string, violations: readonly string[]): false {
    this.#counts.refused++;
    const { onRefused = warn } = this.#options;
    onRefused(name, violations);
    return false;
  }
}

/** A declared field covers what lies below it. */
function isCovered(path: string, declared: ReadonlySet<string>): boolean {
  return [...declared].some((one) => path === one || path.startsWith(`${one}.`));
}

function warn(name: string, violations: readonly string[]): void {
  process.emitWarning(`the usage event ${name} was refused: ${violations.join('; ')}`, 'UsageEventWarning');
}
