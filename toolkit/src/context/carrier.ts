import { type Clock, systemClock } from '../clock/index.ts';
import { baggageLimits, decodeValue, encodeValue, formatBaggage, parseBaggage } from './baggage.ts';
import { type Context, type ContextChanges, deriveContext, rootContext } from './context.ts';
import { remainingTime } from './deadline.ts';
import { formatPrincipal, parsePrincipal } from './principal.ts';
import { comparePriority, isPriority } from './priority.ts';
import { formatTimeout, parseTimeout } from './timeout.ts';
import { formatTraceparent, normalizeTracestate, parseTraceparent } from './trace.ts';

/**
 * The names under which a context travels, the same on every transport.
 *
 * @example
 * response.headers['vary'] = carrierFields.tenant;
 */
export const carrierFields = {
  /** Remaining time, in the format of gRPC: `250m`. */
  timeout: 'grpc-timeout',
  /** Epoch milliseconds, for what is stored before it is read. */
  deadline: 'request-deadline',
  priority: 'request-priority',
  tenant: 'request-tenant',
  principal: 'request-principal',
  traceparent: 'traceparent',
  tracestate: 'tracestate',
  baggage: 'baggage',
} as const;

/**
 * Where a transport keeps its metadata. One small adapter per transport makes contexts travel over it. Names are
 * lower case; a carrier whose transport ignores case compares them so.
 *
 * @example
 * const fields = new Map<string, string>();
 * const carrier: Carrier = {
 *   delivery: 'immediate',
 *   get: (name) => fields.get(name),
 *   set: (name, value) => void fields.set(name, value),
 *   keys: () => fields.keys(),
 * };
 */
export interface Carrier {
  /**
   * `immediate` when the receiver reads while the sender waits: the deadline travels as remaining time, untouched
   * by clocks that disagree. `stored` when a message may lie for a while: it travels as an instant, and only on
   * request, since an event must be handled even after the request that caused it.
   */
  readonly delivery: 'immediate' | 'stored';
  /** The value, or undefined. Several values of one name are joined by a comma. */
  get(name: string): string | undefined;
  set(name: string, value: string): void;
  keys(): Iterable<string>;
}

/**
 * How {@link inject} writes.
 *
 * @example
 * const options: InjectOptions = { principal: true };
 */
export interface InjectOptions {
  /** Send the principal along; only to services that authenticate this one. @default false */
  readonly principal?: boolean;
  /** Send the deadline along. @default true on an immediate carrier, false on a stored one */
  readonly deadline?: boolean;
  /** @default true */
  readonly baggage?: boolean;
  /** Baggage beyond it is left out, entry by entry. @default W3C's 64 members and 8192 bytes */
  readonly baggageLimits?: { readonly members: number; readonly bytes: number };
  /** Told what was left out and why. */
  readonly onIgnored?: (field: string, reason: string) => void;
  /** @default the context's */
  readonly clock?: Clock;
}

/**
 * How {@link extract} reads.
 *
 * @example
 * const fromTheInternet: ExtractOptions = { maximumTime: 10_000 };
 * const fromTheMesh: ExtractOptions = { trusted: true };
 */
export interface ExtractOptions {
  /**
   * Whether the sender is one of ours, known by its certificate. If not, tenant and baggage are not read, and the
   * priority can be lowered but not raised. @default false
   */
  readonly trusted?: boolean;
  /** Read the principal, which takes `trusted` too. Without it, only what the service verified itself counts. @default false */
  readonly principal?: boolean;
  /** Longest time in milliseconds that any sender may ask for, and the time for one that asks for none. @default none */
  readonly maximumTime?: number;
  /** @default W3C's 64 members and 8192 bytes */
  readonly baggageLimits?: { readonly members: number; readonly bytes: number };
  /** Told which malformed or unwelcome values were ignored, and why. Never sees the value. */
  readonly onIgnored?: (field: string, reason: string) => void;
  /** Aborts the extracted context: the connection's or the process's; a function gives it when it is first needed. */
  readonly signal?: AbortSignal | (() => AbortSignal);
  /** @default systemClock */
  readonly clock?: Clock;
}

const ignoreSilently = () => {};

/**
 * Writes a context into a carrier. Never throws; what can't be written is left out and told to `onIgnored`.
 *
 * @example
 * const headers: Record<string, string> = {};
 * inject(currentContext(), httpHeaders(headers));
 */
export function inject(context: Context, carrier: Carrier, options: InjectOptions = {}): void {
  const ignored = options.onIgnored ?? ignoreSilently;
  if (context.deadline !== undefined && (options.deadline ?? carrier.delivery === 'immediate')) {
    if (carrier.delivery === 'stored')
      carrier.set(carrierFields.deadline, String(Math.floor(context.deadline)));
    else carrier.set(carrierFields.timeout, formatTimeout(remainingTime(context, options.clock)));
  }
  if (context.priority !== 'normal') carrier.set(carrierFields.priority, context.priority);
  if (context.tenant !== undefined) carrier.set(carrierFields.tenant, encodeValue(context.tenant));
  if (options.principal && context.principal) {
    carrier.set(carrierFields.principal, formatPrincipal(context.principal));
  }
  if (context.trace) {
    const traceparent = formatTraceparent(context.trace);
    if (traceparent === undefined) ignored(carrierFields.traceparent, 'the ids are malformed');
    else {
      carrier.set(carrierFields.traceparent, traceparent);
      const state = context.trace.state === undefined ? undefined : normalizeTracestate(context.trace.state);
      if (state !== undefined) carrier.set(carrierFields.tracestate, state);
      else if (context.trace.state) ignored(carrierFields.tracestate, 'malformed');
    }
  }
  if (options.baggage ?? true) {
    const baggage = formatBaggage(context.baggage, options.baggageLimits ?? baggageLimits, (reason) =>
      ignored(carrierFields.baggage, reason),
    );
    if (baggage !== undefined) carrier.set(carrierFields.baggage, baggage);
  }
}

/**
 * Reads a context from a carrier. Never throws; malformed values are ignored and told to `onIgnored`.
 *
 * @example
 * const context = extract(httpHeaders(request.headers), { trusted: true, maximumTime: 30_000 });
 */
export function extract(carrier: Carrier, options: ExtractOptions = {}): Context {
  const ignored = options.onIgnored ?? ignoreSilently;
  const read = <Value>(field: string, parse: (text: string) => Value | undefined): Value | undefined => {
    const text = carrier.get(field);
    if (text === undefined) return undefined;
    const value = parse(text);
    if (value === undefined) ignored(field, 'malformed');
    return value;
  };
  const fromTrusted = <Value>(
    field: string,
    parse: (text: string) => Value | undefined,
  ): Value | undefined => {
    if (options.trusted) return read(field, parse);
    if (carrier.get(field) !== undefined) ignored(field, 'the sender is not trusted');
    return undefined;
  };

  const state = read(carrierFields.tracestate, normalizeTracestate);
  const trace = read(carrierFields.traceparent, parseTraceparent);
  const changes: ContextChanges = {
    clock: options.clock,
    signal: options.signal,
    deadline: readDeadline(carrier, options, read),
    priority: readPriority(options, read, ignored),
    tenant: fromTrusted(carrierFields.tenant, (text) => decodeValue(text)),
    principal: options.principal ? fromTrusted(carrierFields.principal, parsePrincipal) : undefined,
    trace: trace && state !== undefined ? { ...trace, state } : trace,
    baggage: fromTrusted(carrierFields.baggage, (text) =>
      parseBaggage(text, options.baggageLimits ?? baggageLimits, (reason) =>
        ignored(carrierFields.baggage, reason),
      ),
    ),
  };
  return deriveContext(rootContext, changes);
}

type Read = <Value>(field: string, parse: (text: string) => Value | undefined) => Value | undefined;

function readDeadline(carrier: Carrier, options: ExtractOptions, read: Read): number | undefined {
  const clock = options.clock ?? systemClock;
  if (carrier.delivery === 'stored') {
    const deadline = read(carrierFields.deadline, (text) =>
      /^[0-9]{1,15}$/.test(text) ? Number(text) : undefined,
    );
    if (options.maximumTime === undefined) return deadline;
    return Math.min(deadline ?? Number.POSITIVE_INFINITY, clock.wall() + options.maximumTime);
  }
  const left = read(carrierFields.timeout, parseTimeout);
  const allowed = Math.min(left ?? Number.POSITIVE_INFINITY, options.maximumTime ?? Number.POSITIVE_INFINITY);
  return Number.isFinite(allowed) ? clock.wall() + allowed : undefined;
}

function readPriority(
  options: ExtractOptions,
  read: Read,
  ignored: (field: string, reason: string) => void,
): Context['priority'] {
  const priority = read(carrierFields.priority, (text) => {
    const name = text.trim();
    return isPriority(name) ? name : undefined;
  });
  if (priority === undefined) return 'normal';
  if (options.trusted || comparePriority(priority, 'normal') > 0) return priority;
  if (priority !== 'normal') ignored(carrierFields.priority, 'the sender is not trusted');
  return 'normal';
}
