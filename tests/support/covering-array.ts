/** One choice for each factor, by its position among the factor's values. */
export type Row = readonly number[];

/**
 * Few rows in which every pair of values of different factors stands together at least once. Greedy: each row takes
 * up a pair that is still missing and then, factor by factor, the value that settles most of the others. The first
 * row is the first value of every factor. Pure; equal sizes give equal rows.
 * @param sizes How many values each factor has, at least one
 * @throws RangeError when a factor has no value
 */
export function coveringArray(sizes: readonly number[]): Row[] {
  if (sizes.some((size) => !Number.isInteger(size) || size < 1)) {
    throw new RangeError('every factor needs at least one value');
  }
  const missing = new Set(allPairs(sizes));
  const rows: Row[] = [];
  const take = (row: Row) => {
    for (const pair of pairsOf(row)) missing.delete(pair);
    rows.push(row);
  };
  take(sizes.map(() => 0));
  for (const [pair] of missing.entries()) {
    if (missing.has(pair)) take(rowFor(pair, sizes, missing));
  }
  return rows;
}

/** A row that holds one pair and as many other missing ones as it finds. */
function rowFor(pair: string, sizes: readonly number[], missing: ReadonlySet<string>): Row {
  const row: (number | undefined)[] = sizes.map(() => undefined);
  for (const cell of pair.split(' ')) {
    const [factor, value] = cell.split('=').map(Number);
    if (factor !== undefined) row[factor] = value;
  }
  for (const [factor, size] of sizes.entries()) {
    if (row[factor] !== undefined) continue;
    const gains = Array.from({ length: size }, (_, value) => {
      const partners = row.flatMap((other, index) =>
        other === undefined ? [] : [pairKey(index, other, factor, value)],
      );
      return partners.filter((key) => missing.has(key)).length;
    });
    row[factor] = gains.indexOf(Math.max(...gains));
  }
  return row.map((value) => value ?? 0);
}

/** Every pair of values of different factors; of a single factor, each value with itself. */
function allPairs(sizes: readonly number[]): string[] {
  return sizes.flatMap((size, factor) =>
    Array.from({ length: size }, (_, value) =>
      sizes.flatMap((otherSize, other) => {
        if (other < factor || (other === factor && sizes.length > 1)) return [];
        if (other === factor) return [pairKey(factor, value, factor, value)];
        return Array.from({ length: otherSize }, (_, otherValue) =>
          pairKey(factor, value, other, otherValue),
        );
      }),
    ).flat(),
  );
}

function pairsOf(row: Row): string[] {
  if (row.length === 1) return row.map((value) => pairKey(0, value, 0, value));
  return row.flatMap((value, factor) =>
    row.slice(factor + 1).map((other, index) => pairKey(factor, value, factor + 1 + index, other)),
  );
}

function pairKey(factor: number, value: number, other: number, otherValue: number): string {
  const cells = [`${factor}=${value}`, `${other}=${otherValue}`];
  return (factor <= other ? cells : cells.reverse()).join(' ');
}
