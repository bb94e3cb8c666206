/**
 * A length of time as written and in milliseconds.
 *
 * @example
 * const deadline: Duration = { text: '300ms', milliseconds: 300 };
 */
export interface Duration {
  /** As written: `300ms`, `2y`. */
  readonly text: string;
  /** `Infinity` for `forever`. */
  readonly milliseconds: number;
}

/**
 * An amount of memory or storage as written and in bytes.
 *
 * @example
 * const memory: ByteSize = { text: '256Mi', bytes: 268_435_456 };
 */
export interface ByteSize {
  /** As written, the way Kubernetes writes quantities: `256Mi`, `10Gi`. */
  readonly text: string;
  readonly bytes: number;
}

/**
 * An amount of processor time as written and in cores.
 *
 * @example
 * const processor: ProcessorTime = { text: '250m', cores: 0.25 };
 */
export interface ProcessorTime {
  /** As written, in thousandths of a core: `250m`. */
  readonly text: string;
  readonly cores: number;
}

/**
 * How often something may happen, as written and per second.
 *
 * @example
 * const rate: Rate = { text: '200/s', count: 200, perSecond: 200 };
 */
export interface Rate {
  /** As written: `200/s`, `1000/m`. */
  readonly text: string;
  /** How many in one of the written unit. */
  readonly count: number;
  readonly perSecond: number;
}

/**
 * How a {@link Duration} is written.
 *
 * @example
 * const deadline: DurationText = '300ms';
 */
export type DurationText = `${number}${'ms' | 's' | 'm' | 'h' | 'd' | 'w' | 'y'}`;

/**
 * How a {@link ByteSize} is written.
 *
 * @example
 * const memory: ByteSizeText = '256Mi';
 */
export type ByteSizeText = `${number}${'Ki' | 'Mi' | 'Gi' | 'Ti'}`;

/**
 * How {@link ProcessorTime} is written.
 *
 * @example
 * const processor: ProcessorTimeText = '250m';
 */
export type ProcessorTimeText = `${number}m`;

/**
 * How a {@link Rate} is written.
 *
 * @example
 * const rate: RateText = '200/s';
 */
export type RateText = `${number}/${'s' | 'm' | 'h' | 'd'}`;

const MILLISECONDS = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
  /** 365 days. */
  y: 365 * 86_400_000,
} as const;

const BYTES = {
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
} as const;

/** One unit and a whole number: what reads the same to everybody. Nine digits keep every value exact. */
export const DURATION_PATTERN = /^[1-9][0-9]{0,8}(ms|s|m|h|d|w|y)$/;
export const BYTE_SIZE_PATTERN = /^[1-9][0-9]{0,8}(Ki|Mi|Gi|Ti)$/;
export const PROCESSOR_TIME_PATTERN = /^[1-9][0-9]{0,8}m$/;
export const RATE_PATTERN = /^[1-9][0-9]{0,8}\/(s|m|h|d)$/;

/**
 * Reads a duration: a whole number and one of `ms`, `s`, `m`, `h`, `d`, `w` and `y` (365 days).
 *
 * @throws RangeError when the text is no duration.
 * @example
 * parseDuration('5m').milliseconds; // 300000
 */
export function parseDuration(text: string): Duration {
  const [count, unit] = split(text, DURATION_PATTERN, 'a duration such as 300ms, 5m or 30d');
  return { text, milliseconds: count * MILLISECONDS[unit as keyof typeof MILLISECONDS] };
}

/**
 * Writes milliseconds in the largest unit that holds them exactly, up to days.
 *
 * @throws RangeError when it is not a positive whole number.
 * @example
 * formatDuration(300_000).text; // '5m'
 */
export function formatDuration(milliseconds: number): Duration {
  for (const unit of ['d', 'h', 'm', 's', 'ms'] as const) {
    const count = milliseconds / MILLISECONDS[unit];
    if (Number.isInteger(count)) return parseDuration(`${count}${unit}`);
  }
  throw new RangeError(`${milliseconds} is not a whole number of milliseconds`);
}

/**
 * Reads an amount of bytes: a whole number and one of `Ki`, `Mi`, `Gi` and `Ti`.
 *
 * @throws RangeError when the text is no such amount.
 * @example
 * parseByteSize('1Ki').bytes; // 1024
 */
export function parseByteSize(text: string): ByteSize {
  const [count, unit] = split(text, BYTE_SIZE_PATTERN, 'an amount such as 256Mi or 10Gi');
  return { text, bytes: count * BYTES[unit as keyof typeof BYTES] };
}

/**
 * Reads processor time in thousandths of a core.
 *
 * @throws RangeError when the text is no such amount.
 * @example
 * parseProcessorTime('250m').cores; // 0.25
 */
export function parseProcessorTime(text: string): ProcessorTime {
  const [count] = split(text, PROCESSOR_TIME_PATTERN, 'thousandths of a core such as 250m');
  return { text, cores: count / 1_000 };
}

/**
 * Reads a rate: a whole number per `s`, `m`, `h` or `d`.
 *
 * @throws RangeError when the text is no rate.
 * @example
 * parseRate('600/m').perSecond; // 10
 */
export function parseRate(text: string): Rate {
  const [count, unit] = split(text, RATE_PATTERN, 'a rate such as 200/s or 1000/m');
  const perSecond = (count * 1_000) / MILLISECONDS[unit.slice(1) as keyof typeof MILLISECONDS];
  return { text, count, perSecond };
}

function split(text: string, pattern: RegExp, expected: string): [count: number, unit: string] {
  if (!pattern.test(text)) throw new RangeError(`${JSON.stringify(text)} is not ${expected}`);
  const digits = /^[0-9]+/.exec(text)?.[0] ?? '';
  return [Number(digits), text.slice(digits.length)];
}
