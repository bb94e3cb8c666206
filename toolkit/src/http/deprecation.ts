/**
 * An operation or a version on its way out.
 *
 * @example
 * const deprecation: DeprecationOptions = {
 *   since: '2026-03-01',
 *   sunset: '2027-03-01',
 *   documentation: 'https://shop.example/docs/orders-v2',
 *   successor: '/v2/orders',
 * };
 */
export interface DeprecationOptions {
  /** Since when it should not be used any more, as a date or ISO 8601; may lie in the future. */
  readonly since: Date | string;
  /** When it stops working. @default not decided */
  readonly sunset?: Date | string;
  /** Where the change is explained. */
  readonly documentation?: string;
  /** What to use instead. */
  readonly successor?: string;
  /** Whether requests after the sunset are refused with 410. @default false */
  readonly enforce?: boolean;
}

/** A deprecation, ready to be sent. */
export interface PreparedDeprecation {
  /** `deprecation` (RFC 9745), `sunset` (RFC 8594), and `link` (RFC 8288). */
  readonly headers: Readonly<Record<string, string>>;
  /** From when on requests are refused, in epoch milliseconds. */
  readonly refusedFrom: number;
}

/**
 * The headers that tell clients of a deprecation: `Deprecation` as a structured-field date (RFC 9745), `Sunset` as an
 * HTTP date (RFC 8594), and links to the documentation and the successor.
 *
 * @throws TypeError when a date can't be read, or the sunset comes before the deprecation (RFC 9745, section 4).
 * @example
 * deprecationHeaders({ since: '2026-03-01', sunset: '2027-03-01' });
 * // { deprecation: '@1772323200', sunset: 'Mon, 01 Mar 2027 00:00:00 GMT' }
 */
export function deprecationHeaders(deprecation: DeprecationOptions): Readonly<Record<string, string>> {
  const { documentation, successor } = deprecation;
  const since = readDate('since', deprecation.since);
  const headers: Record<string, string> = { deprecation: `@${Math.floor(since.getTime() / 1000)}` };
  if (deprecation.sunset !== undefined) {
    const sunset = readDate('sunset', deprecation.sunset);
    if (sunset < since) {
      throw new TypeError(
        `deprecation.sunset is ${sunset.toISOString()}: give it a date after ${since.toISOString()}, from when on the operation is deprecated`,
      );
    }
    headers.sunset = sunset.toUTCString();
  }
  const links: string[] = [];
  if (documentation !== undefined) links.push(`<${documentation}>; rel="deprecation"; type="text/html"`);
  if (successor !== undefined) links.push(`<${successor}>; rel="successor-version"`);
  if (links.length > 0) headers.link = links.join(', ');
  return headers;
}

/** Works a deprecation out once, for all requests. */
export function prepareDeprecation(deprecation: DeprecationOptions): PreparedDeprecation {
  const { enforce = false, sunset } = deprecation;
  if (enforce && sunset === undefined) {
    throw new TypeError('deprecation.enforce is true without deprecation.sunset: say from when on to refuse');
  }
  return {
    headers: deprecationHeaders(deprecation),
    refusedFrom:
      enforce && sunset !== undefined ? readDate('sunset', sunset).getTime() : Number.POSITIVE_INFINITY,
  };
}

function readDate(field: string, value: Date | string): Date {
  const date = new Date(value);
  if (Number.isNaN(date.getTime())) {
    throw new TypeError(`deprecation.${field} is ${String(value)}: give it a date as in 2027-03-01`);
  }
  return date;
}

/**
 * What a client learns about the operation that it called.
 *
 * @example
 * const { since, sunset }: DeprecationNotice = notice;
 */
export interface DeprecationNotice {
  /** Since when it is deprecated; undefined where only a sunset was announced. */
  readonly since?: Date;
  /** When it stops working. */
  readonly sunset?: Date;
}

/**
 * Reads `Deprecation` and `Sunset` headers; undefined when neither is there, or neither can be read.
 *
 * @example
 * readDeprecation({ deprecation: '@1772323200' })?.since; // 2026-03-01T00:00:00.000Z
 */
export function readDeprecation(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
): DeprecationNotice | undefined {
  const { deprecation, sunset } = headers;
  if (deprecation === undefined && sunset === undefined) return undefined;
  const notice: { since?: Date; sunset?: Date } = {};
  const seconds =
    typeof deprecation === 'string' ? /^@(-?[0-9]{1,12})$/.exec(deprecation.trim())?.[1] : undefined;
  if (seconds !== undefined) notice.since = new Date(Number(seconds) * 1000);
  if (typeof sunset === 'string') {
    const date = new Date(sunset);
    if (!Number.isNaN(date.getTime())) notice.sunset = date;
  }
  return notice.since === undefined && notice.sunset === undefined ? undefined : notice;
}
