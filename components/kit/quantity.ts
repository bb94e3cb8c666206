/** Kubernetes quantities as numbers, for arithmetic in plans. */

const factors: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
};

/** Suffixes below one divide, because multiplying by 0.001 would round. */
const divisors: Readonly<Record<string, number>> = { n: 1e9, u: 1e6, m: 1e3 };

/** Matches a quantity as settings accept it: a decimal number with an optional suffix. */
export const quantityPattern = /^(\d+(?:\.\d+)?)(n|u|m|k|M|G|T|P|Ki|Mi|Gi|Ti|Pi)?$/;

/**
 * The value of a quantity in its base unit: cores for CPU, bytes for memory and disk.
 * @throws RangeError when the text is not a quantity.
 */
export function quantityValue(text: string): number {
  const match = quantityPattern.exec(text);
  if (!match) throw new RangeError(`"${text}" is not a quantity such as 250m, 2 or 10Gi`);
  const [, number, suffix = ''] = match;
  return (Number(number) * (factors[suffix] ?? 1)) / (divisors[suffix] ?? 1);
}

/** Bytes as the largest binary unit that keeps the number readable, such as `1.5Gi`. */
export function formatBytes(bytes: number): string {
  for (const unit of ['Ti', 'Gi', 'Mi', 'Ki'] as const) {
    const size = factors[unit] ?? 1;
    if (bytes >= size) return `${Number((bytes / size).toFixed(1))}${unit}`;
  }
  return `${bytes}`;
}

/** Cores as `250m` or `2`. */
export function formatCores(cores: number): string {
  return Number.isInteger(cores) ? `${cores}` : `${Math.round(cores * 1000)}m`;
}
