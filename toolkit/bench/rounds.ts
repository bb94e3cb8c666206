/**
 * One contestant: does its work `count` times. Answers with what that cost, in microseconds, where time elapsed is
 * not what is to be compared.
 */
export type Contestant = (count: number) => Promise<number | void>;

/** What a comparison found. */
export interface Comparison {
  readonly name: string;
  /** Median cost per operation over all rounds, in microseconds. */
  readonly microseconds: Readonly<Record<string, number>>;
}

/**
 * Lets contestants take turns, round by round, so that what else the machine does meets all of them alike.
 */
export async function compare(
  name: string,
  contestants: Readonly<Record<string, Contestant>>,
  options: { readonly rounds: number; readonly count: number },
): Promise<Comparison> {
  const costs: Record<string, number[]> = {};
  for (const [contestant, work] of Object.entries(contestants)) {
    await work(Math.ceil(options.count / 2));
    costs[contestant] = [];
  }
  for (let round = 0; round < options.rounds; round += 1) {
    for (const [contestant, work] of Object.entries(contestants)) {
      const started = performance.now();
      const cost = (await work(options.count)) ?? (performance.now() - started) * 1_000;
      costs[contestant]?.push(cost / options.count);
    }
  }
  return {
    name,
    microseconds: Object.fromEntries(
      Object.entries(costs).map(([contestant, values]) => [contestant, median(values)]),
    ),
  };
}

/** How many times as long `slower` takes as `faster`. */
export function ratio(comparison: Comparison | undefined, slower: string, faster: string): number {
  const { [slower]: above, [faster]: below } = comparison?.microseconds ?? {};
  if (above === undefined || below === undefined) throw new Error(`${slower} or ${faster} was not measured`);
  return above / below;
}

/** The measured costs as text, for a report. */
export function measured(
  comparisons: readonly Comparison[],
): Readonly<Record<string, Readonly<Record<string, string>>>> {
  return Object.fromEntries(
    comparisons.map(({ name, microseconds }) => [
      name,
      Object.fromEntries(
        Object.entries(microseconds).map(([contestant, value]) => [
          contestant,
          `${value.toFixed(value < 10 ? 3 : 1)} µs`,
        ]),
      ),
    ]),
  );
}

/** The value in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
