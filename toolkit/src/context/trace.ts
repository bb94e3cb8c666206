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

/** Where the parts of a `traceparent` begin, and how long one of version 00 is. */
const TRACE_ID = 3;
const SPAN_ID = 36;
const FLAGS = 53;
const LENGTH = 55;
/** By code what a character counts as a lower-case hexadecimal digit, or -1. */
const DIGITS = Int8Array.from({ length: 128 }, (_, code) =>
  '0123456789abcdef'.indexOf(String.fromCharCode(code)),
);
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
  const text = value.trim();
  // By hand: this is read with every request, where an expression costs several times as much.
  if (text.length < LENGTH || !isDashed(text)) return undefined;
  const version = byteAt(text, 0);
  const flags = byteAt(text, FLAGS);
  if (version < 0 || version === 0xff || flags < 0) return undefined;
  if (text.length > LENGTH && (version === 0 || text.charAt(LENGTH) !== '-')) return undefined;
  if (!isId(text, TRACE_ID, SPAN_ID - 1) || !isId(text, SPAN_ID, FLAGS - 1)) return undefined;
  return {
    traceId: text.slice(TRACE_ID, SPAN_ID - 1),
    spanId: text.slice(SPAN_ID, FLAGS - 1),
    // Of a later version only the sampled bit is known to mean the same.
    flags: version === 0 ? flags : flags & 1,
  };
}

function isDashed(text: string): boolean {
  return text[TRACE_ID - 1] === '-' && text[SPAN_ID - 1] === '-' && text[FLAGS - 1] === '-';
}

/** Whether a range holds nothing but digits, not all of them zero. */
function isId(text: string, from: number, to: number): boolean {
  let codes = 0;
  let values = 0;
  for (let index = from; index < to; index += 1) {
    const code = text.charCodeAt(index);
    codes |= code;
    values |= valueOf(code);
  }
  // What is no digit has set all bits.
  return codes < 128 && values > 0;
}

/** The value of two digits; negative when they are none. */
function byteAt(text: string, index: number): number {
  const high = text.charCodeAt(index);
  const low = text.charCodeAt(index + 1);
  const value = (valueOf(high) << 4) | valueOf(low);
  return (high | low) < 128 ? value : -1;
}

/** What a code below 128 counts as a digit, or -1. */
function valueOf(code: number): number {
  return DIGITS[code & 127] ?? -1;
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
