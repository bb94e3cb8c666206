const quantityPattern = /^([+-]?)(\d+(?:\.\d*)?|\.\d+)(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?\d+))?$/;

const powersOfTen: Record<string, bigint> = {
  n: -9n,
  u: -6n,
  m: -3n,
  k: 3n,
  M: 6n,
  G: 9n,
  T: 12n,
  P: 15n,
  E: 18n,
};
const powersOf1024: Record<string, bigint> = { Ki: 1n, Mi: 2n, Gi: 3n, Ti: 4n, Pi: 5n, Ei: 6n };

/** A rational number in units of 10^-30, exact for everything that a quantity can say in up to 21 decimal places. */
const scale = 30n;

/**
 * The amount that a Kubernetes quantity stands for, in units of 10^-30: `1000m` and `1` are the same. Undefined for
 * what is no quantity.
 */
export function parseQuantity(text: string): bigint | undefined {
  const match = quantityPattern.exec(text);
  if (!match) return undefined;
  const [, sign, digits = '', suffix = '', exponent = '0'] = match;
  const [whole = '', fraction = ''] = digits.split('.');
  const power = suffix in powersOfTen ? (powersOfTen[suffix] ?? 0n) : BigInt(exponent);
  const factor = 1024n ** (powersOf1024[suffix] ?? 0n);
  const shift = scale + power - BigInt(fraction.length);
  if (shift < 0n || shift > 100n) return undefined;
  const amount = BigInt(whole + fraction) * factor * 10n ** shift;
  return sign === '-' ? -amount : amount;
}

const durationPattern = /^(-?)((?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+)$/;
const nanoseconds: Record<string, number> = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 };

/** The nanoseconds that a Go duration such as `1m30s` stands for; undefined for what is none. */
export function parseDuration(text: string): number | undefined {
  const match = durationPattern.exec(text);
  if (!match) return undefined;
  let sum = 0;
  for (const [, amount, unit = ''] of (match[2] ?? '').matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)) {
    sum += Number(amount) * (nanoseconds[unit] ?? Number.NaN);
  }
  return match[1] === '-' ? -sum : sum;
}

const timePattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

/** Whether two scalars are two ways to write the same: a quantity, a duration, a time, a number or its text. */
export function isSameScalar(first: unknown, second: unknown): boolean {
  if (first === second) return true;
  const [one, other] = [scalarText(first), scalarText(second)];
  if (one === undefined || other === undefined) return false;
  if (one === other) return true;
  const quantity = parseQuantity(one);
  if (quantity !== undefined) return quantity === parseQuantity(other);
  const duration = parseDuration(one);
  if (duration !== undefined) return duration === parseDuration(other);
  return timePattern.test(one) && timePattern.test(other) && Date.parse(one) === Date.parse(other);
}

function scalarText(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}
