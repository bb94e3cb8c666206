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

const NOT_TRUSTED = 'the sender is not trusted';

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
  const wall = (options.clock ?? systemClock).wall();
  return receive(carrier, options, { wall, waited: 0, priority: 'normal', signal: options.signal });
}

/** What a transport knows of a request beside what its carrier says. */
export interface Arrival {
  /** When it is read, in epoch milliseconds. */
  readonly wall: number;
  /** Milliseconds for which it has waited before; its time is shorter by them. */
  readonly waited: number;
  /** The priority of a request that names none. */
  readonly priority: Context['priority'];
  readonly signal: ContextChanges['signal'];
}

/** {@link extract} for transports, which read a context with every request. */
export function receive(carrier: Carrier, options: ExtractOptions, arrival: Arrival): Context {
  const ignored = options.onIgnored ?? ignoreSilently;
  const isTrusted = options.trusted ?? false;
  const state = read(carrier, carrierFields.tracestate, normalizeTracestate, ignored);
  const trace = read(carrier, carrierFields.traceparent, parseTraceparent, ignored);
  return deriveContext(rootContext, {
    clock: options.clock,
    signal: arrival.signal,
    deadline: readDeadline(carrier, options, arrival, ignored),
    priority: readPriority(carrier, isTrusted, arrival.priority, ignored),
    tenant: readTrusted(carrier, carrierFields.tenant, isTrusted, decodeValue, ignored),
    principal: options.principal
      ? readTrusted(carrier, carrierFields.principal, isTrusted, parsePrincipal, ignored)
      : undefined,
    trace: trace && state !== undefined ? { ...trace, state } : trace,
    baggage: readBaggage(carrier, isTrusted, options.baggageLimits ?? baggageLimits, ignored),
  });
}

type Ignored = NonNullable<ExtractOptions['onIgnored']>;

function read<Value>(
  carrier: Carrier,
  field: string,
  parse: (text: string) => Value | undefined,
  ignored: Ignored,
): Value | undefined {
  const text = carrier.get(field);
  if (text === undefined) return undefined;
  const value = parse(text);
  if (value === undefined) ignored(field, 'malformed');
  return value;
}

function readTrusted<Value>(
  carrier: Carrier,
  field: string,
  isTrusted: boolean,
  parse: (text: string) => Value | undefined,
  ignored: Ignored,
): Value | undefined {
  if (isTrusted) return read(carrier, field, parse, ignored);
  if (carrier.get(field) !== undefined) ignored(field, NOT_TRUSTED);
  return undefined;
}

function readBaggage(
  carrier: Carrier,
  isTrusted: boolean,
  limits: NonNullable<ExtractOptions['baggageLimits']>,
  ignored: Ignored,
): Record<string, string> | undefined {
  const text = carrier.get(carrierFields.baggage);
  if (text === undefined) return undefined;
  if (isTrusted) return parseBaggage(text, limits, (reason) => ignored(carrierFields.baggage, reason));
  ignored(carrierFields.baggage, NOT_TRUSTED);
  return undefined;
}

function readDeadline(
  carrier: Carrier,
  { maximumTime = Number.POSITIVE_INFINITY }: ExtractOptions,
  { wall, waited }: Arrival,
  ignored: Ignored,
): number | undefined {
  if (carrier.delivery === 'stored') {
    const deadline = read(carrier, carrierFields.deadline, parseInstant, ignored);
    return maximumTime === Number.POSITIVE_INFINITY
      ? deadline
      : Math.min(deadline ?? Number.POSITIVE_INFINITY, wall + maximumTime);
  }
  const left = read(carrier, carrierFields.timeout, parseTimeout, ignored) ?? Number.POSITIVE_INFINITY;
  const allowed = Math.min(left, maximumTime);
  return Number.isFinite(allowed) ? wall + allowed - waited : undefined;
}

function parseInstant(text: string): number | undefined {
  return /^[0-9]{1,15}$/.test(text) ? Number(text) : undefined;
}

function readPriority(
  carrier: Carrier,
  isTrusted: boolean,
  otherwise: Context['priority'],
  ignored: Ignored,
): Context['priority'] {
  const text = carrier.get(carrierFields.priority);
  if (text === undefined) return otherwise;
  const priority = text.trim();
  if (!isPriority(priority)) ignored(carrierFields.priority, 'malformed');
  else if (isTrusted || comparePriority(priority, 'normal') >= 0) return priority;
  else ignored(carrierFields.priority, NOT_TRUSTED);
  return 'normal';
}
