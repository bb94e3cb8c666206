/**
 * The place in a distributed trace, by W3C Trace Context (https://www.w3.org/TR/trace-context/).
 *
 * @example
 * const trace: TraceContext = {
 *   traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7', flags: 1,
 * };
 */
export interface TraceContext {
  /** 32 lower-case hexadecimal digits, not all zero. */
  readonly traceId: string;
  /** 16 lower-case hexadecimal digits, not all zero: the caller's span, the parent of the next one. */
  readonly spanId: string;
  /** 0 to 255; bit 0 says that the trace is recorded. */
  readonly flags: number;
  /** Vendors' own entries, as in the `tracestate` header. */
  readonly state?: string;
}

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const ZEROS = /^0+$/;
const STATE_KEY = /^(?:[a-z][a-z0-9_\-*/]{0,255}|[a-z0-9][a-z0-9_\-*/]{0,240}@[a-z][a-z0-9_\-*/]{0,13})$/;
const STATE_VALUE = /^[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;
const STATE_MEMBERS = 32;

/**
 * Reads a `traceparent` header; undefined when it is malformed. A version later than 00 is read as far as 00 goes.
 *
 * @example
 * parseTraceparent('00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01')?.flags; // 1
 */
export function parseTraceparent(value: string): TraceContext | undefined {
  const match = TRACEPARENT.exec(value.trim());
  if (!match) return undefined;
  const [, version = '', traceId = '', spanId = '', flags = '', rest] = match;
  if (version === 'ff' || (version === '00' && rest !== undefined)) return undefined;
  if (ZEROS.test(traceId) || ZEROS.test(spanId)) return undefined;
  // Of a later version only the sampled bit is known to mean the same.
  const bits = Number.parseInt(flags, 16);
  return { traceId, spanId, flags: version === '00' ? bits : bits & 1 };
}

/**
 * Writes a `traceparent` header of version 00; undefined when the trace's ids are not valid.
 *
 * @example
 * formatTraceparent({ traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7', flags: 1 });
 * // '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
 */
export function formatTraceparent(trace: TraceContext): string | undefined {
  if (!Number.isInteger(trace.flags) || trace.flags < 0 || trace.flags > 255) return undefined;
  const value = `00-${trace.traceId}-${trace.spanId}-${trace.flags.toString(16).padStart(2, '0')}`;
  return parseTraceparent(value) === undefined ? undefined : value;
}

/**
 * Checks and tidies a `tracestate` header: blanks and empty members go; undefined when it is malformed, has a key
 * twice, or has more than 32 members.
 *
 * @example
 * normalizeTracestate('congo=t61rcWkgMzE , rojo=00f067aa0ba902b7'); // 'congo=t61rcWkgMzE,rojo=00f067aa0ba902b7'
 */
export function normalizeTracestate(value: string): string | undefined {
  const members = value
    .split(',')
    .map((member) => member.replace(/^[ \t]+|[ \t]+$/g, ''))
    .filter((member) => member !== '');
  if (members.length === 0 || members.length > STATE_MEMBERS) return undefined;
  const keys = new Set<string>();
  for (const member of members) {
    const separator = member.indexOf('=');
    const key = member.slice(0, Math.max(0, separator));
    if (!STATE_KEY.test(key) || !STATE_VALUE.test(member.slice(separator + 1)) || keys.has(key))
      return undefined;
    keys.add(key);
  }
  return members.join(',');
}
