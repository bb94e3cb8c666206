import { AsyncLocalStorage } from 'node:async_hooks';
import { type Clock, systemClock } from '../clock/index.ts';
import type { Priority } from './priority.ts';
import { type LinkedSignal, linkSignal } from './signal.ts';
import type { TraceContext } from './trace.ts';

/**
 * On whose behalf the work is done.
 *
 * @example
 * const principal: Principal = { kind: 'user', id: 'b1946ac9', issuer: 'https://login.example.org', scopes: ['orders:read'] };
 */
export interface Principal {
  /** A person, or a program acting for itself. */
  readonly kind: 'user' | 'service';
  /** The subject, unique within the issuer. */
  readonly id: string;
  /** Who vouches for it, as in a token's `iss`. */
  readonly issuer?: string;
  /** What it was allowed, as in a token's `scope`. */
  readonly scopes?: readonly string[];
}

/**
 * What travels with a piece of work from service to service. Immutable; made by {@link deriveContext}.
 *
 * @example
 * const context = deriveContext(currentContext(), { timeout: 300, priority: 'high' });
 * await fetch(url, { signal: context.signal });
 */
export interface Context {
  /** When nobody waits for the answer any more, in epoch milliseconds; none when unlimited. */
  readonly deadline?: number;
  /** @default 'normal' */
  readonly priority: Priority;
  readonly principal?: Principal;
  /** The customer or organisation whose data this is about. */
  readonly tenant?: string;
  /** The current span, in W3C Trace Context terms. */
  readonly trace?: TraceContext;
  /** What the application lets travel along, in W3C Baggage terms. Never put a secret here. */
  readonly baggage: Readonly<Record<string, string>>;
  /** Aborted at the deadline (by `DeadlineExceeded`) or when the caller gives up. */
  readonly signal: AbortSignal;
  /** What accompanies the work within this process and never travels, under symbols of those who put it there. */
  readonly local?: Readonly<Record<symbol, unknown>>;
  /** What the deadline is measured on. @default systemClock */
  readonly clock?: Clock;
}

/**
 * What {@link deriveContext} changes. A field left out, or undefined, stays as the parent has it.
 *
 * @example
 * const changes: ContextChanges = { timeout: 200, tenant: 'acme', baggage: { campaign: 'spring', referrer: null } };
 */
export interface ContextChanges {
  /** In epoch milliseconds; the earlier of this, `timeout` and the parent's counts. */
  readonly deadline?: number;
  /** Milliseconds from now; the earlier of this, `deadline` and the parent's counts. */
  readonly timeout?: number;
  readonly priority?: Priority;
  /** `null` removes the parent's. */
  readonly principal?: Principal | null;
  /** `null` removes the parent's. */
  readonly tenant?: string | null;
  /** `null` removes the parent's. */
  readonly trace?: TraceContext | null;
  /** Laid over the parent's; a value of `null` removes the entry. */
  readonly baggage?: Readonly<Record<string, string | null>>;
  /** Aborts the new context beside the parent's signal; a function gives it when it is first needed, if ever. */
  readonly signal?: AbortSignal | (() => AbortSignal);
  /** Laid over the parent's. */
  readonly local?: Readonly<Record<symbol, unknown>>;
  /** @default the parent's */
  readonly clock?: Clock;
}

const noBaggage: Readonly<Record<string, string>> = Object.freeze({});
const neverAborted = new AbortController().signal;

class DerivedContext implements Context {
  readonly deadline?: number;
  readonly priority: Priority;
  readonly principal?: Principal;
  readonly tenant?: string;
  readonly trace?: TraceContext;
  readonly baggage: Readonly<Record<string, string>>;
  readonly local?: Readonly<Record<symbol, unknown>>;
  readonly clock: Clock;
  readonly #parent: Context | undefined;
  readonly #ownSignal: AbortSignal | (() => AbortSignal) | undefined;
  readonly #ownDeadline: boolean;
  #linked: LinkedSignal | undefined;
  #finished = false;

  constructor(parent: Context | undefined, changes: ContextChanges) {
    const clock = changes.clock ?? parent?.clock ?? systemClock;
    let deadline = earlier(parent?.deadline, changes.deadline);
    if (changes.timeout !== undefined) {
      deadline = earlier(deadline, clock.wall() + Math.max(0, changes.timeout));
    }
    if (deadline !== undefined) this.deadline = deadline;
    this.priority = changes.priority ?? parent?.priority ?? 'normal';
    const principal = changes.principal === undefined ? parent?.principal : changes.principal;
    if (principal) this.principal = principal;
    const tenant = changes.tenant === undefined ? parent?.tenant : changes.tenant;
    if (tenant !== undefined && tenant !== null) this.tenant = tenant;
    const trace = changes.trace === undefined ? parent?.trace : changes.trace;
    if (trace) this.trace = trace;
    this.baggage = mergeBaggage(parent?.baggage ?? noBaggage, changes.baggage);
    const local =
      changes.local && parent?.local
        ? { ...parent.local, ...changes.local }
        : (changes.local ?? parent?.local);
    if (local) this.local = local;
    this.clock = clock;
    this.#parent = parent;
    this.#ownSignal = changes.signal;
    this.#ownDeadline =
      deadline !== parent?.deadline || (deadline !== undefined && changes.clock !== undefined);
  }

  /** Made on first use: most contexts are never asked for theirs, and a timer per request is not free. */
  get signal(): AbortSignal {
    if (this.#linked) return this.#linked.signal;
    const inherited = this.#parent?.signal ?? neverAborted;
    if (this.#finished || (this.#ownSignal === undefined && !this.#ownDeadline)) return inherited;
    const own = typeof this.#ownSignal === 'function' ? this.#ownSignal() : this.#ownSignal;
    const sources = [inherited, own].filter(
      (source) => source !== undefined && source !== neverAborted,
    ) as AbortSignal[];
    this.#linked = linkSignal(sources, this.#ownDeadline ? this.deadline : undefined, this.clock);
    return this.#linked.signal;
  }

  static finish(context: DerivedContext): void {
    context.#finished = true;
    context.#linked?.release();
  }
}

function earlier(one: number | undefined, other: number | undefined): number | undefined {
  if (other === undefined || Number.isNaN(other) || other === Number.POSITIVE_INFINITY) return one;
  return one === undefined || other < one ? other : one;
}

function mergeBaggage(
  parent: Readonly<Record<string, string>>,
  changes: Readonly<Record<string, string | null>> | undefined,
): Readonly<Record<string, string>> {
  if (changes === undefined) return parent;
  const entries = new Map<string, string>(Object.entries(parent));
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) entries.delete(key);
    else entries.set(key, value);
  }
  return entries.size === 0 ? noBaggage : Object.freeze(Object.fromEntries(entries));
}

/**
 * The context of work that nobody asked for: no deadline, normal priority, nobody's, never aborted.
 *
 * @example
 * const job = deriveContext(rootContext, { priority: 'background' });
 */
export const rootContext: Context = new DerivedContext(undefined, {});

const storage = new AsyncLocalStorage<Context>();

/**
 * The context the running code belongs to; {@link rootContext} outside {@link runInContext}.
 *
 * @example
 * const { tenant } = currentContext();
 */
export function currentContext(): Context {
  return storage.getStore() ?? rootContext;
}

/**
 * Runs a function, and everything it starts, in a context.
 *
 * @example
 * const answer = await runInContext(context, () => handler(request));
 */
export function runInContext<Result>(context: Context, run: () => Result): Result {
  return storage.run(context, run);
}

/**
 * A context for a part of the parent's work. The deadline can only come nearer, and the parent's end ends it.
 *
 * @example
 * const stock = deriveContext(currentContext(), { timeout: 300 });
 * await runInContext(stock, () => stockClient.getPrice(article));
 */
export function deriveContext(parent: Context, changes: ContextChanges): Context {
  return new DerivedContext(parent, changes);
}

/**
 * A context for work that outlives the request that caused it: same trace, tenant, principal, priority and baggage,
 * no deadline, not aborted with the request.
 *
 * @example
 * void runInContext(detachContext(currentContext()), () => warmCache(article));
 */
export function detachContext(context: Context, changes: ContextChanges = {}): Context {
  const kept: ContextChanges = {
    priority: context.priority,
    principal: context.principal,
    tenant: context.tenant,
    trace: context.trace,
    baggage: context.baggage,
    clock: context.clock,
  };
  return deriveContext(deriveContext(rootContext, kept), changes);
}

/**
 * Says that the work is over: clears the timer behind the signal and lets go of the parent's. The signal aborts no
 * more. Not calling it costs memory until the deadline, nothing else.
 *
 * @example
 * reply.raw.once('close', () => finishContext(context));
 */
export function finishContext(context: Context): void {
  if (context instanceof DerivedContext) DerivedContext.finish(context);
}
