/** Milliseconds per unit of a `grpc-timeout`. */
const UNITS: Readonly<Record<string, number>> = {
  H: 3_600_000,
  M: 60_000,
  S: 1_000,
  m: 1,
  u: 1e-3,
  n: 1e-6,
};

const MAXIMUM_DIGITS = 8;
const ZERO = '0'.charCodeAt(0);
const LARGEST = 99_999_999;

/**
 * Writes a remaining time as gRPC over HTTP/2 does: at most eight digits and a unit, rounded down so that it never
 * grows on the way. No time left is `1n`, since the format has no zero.
 *
 * @example
 * formatTimeout(250); // '250m'
 */
export function formatTimeout(milliseconds: number): string {
  const whole = Math.floor(milliseconds);
  if (whole < 1) return '1n';
  for (const unit of ['m', 'S', 'M', 'H']) {
    const count = Math.floor(whole / (UNITS[unit] ?? 1));
    if (count <= LARGEST) return `${count}${unit}`;
  }
  return `${LARGEST}H`;
}

/**
 * Reads a remaining time in whole milliseconds, rounded down; undefined when it is malformed.
 *
 * @example
 * parseTimeout('2S'); // 2000
 * parseTimeout('soon'); // undefined
 */
export function parseTimeout(value: string): number | undefined {
  const text = value.trim();
  const digits = text.length - 1;
  const factor = UNITS[text.charAt(digits)];
  if (factor === undefined || digits < 1 || digits > MAXIMUM_DIGITS) return undefined;
  // By hand: this is read with every request, where an expression costs several times as much.
  let count = 0;
  for (let index = 0; index < digits; index += 1) {
    const digit = text.charCodeAt(index) - ZERO;
    if (digit < 0 || digit > 9) return undefined;
    count = count * 10 + digit;
  }
  return Math.floor(count * factor);
}
