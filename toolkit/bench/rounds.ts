/** One contestant: does its work `count` times. */
export type Contestant = (count: number) => Promise<void>;

/** What a comparison found. */
export interface Comparison {
  readonly name: string;
  /** Median time per operation over all rounds, in microseconds. */
  readonly microseconds: Readonly<Record<string, number>>;
  /** How many times as fast each is as the contestant it is compared with. */
  readonly ratios: Readonly<Record<string, number>>;
}

/**
 * Lets contestants take turns, round by round, so that what else the machine does meets all of them alike.
 *
 * @param subject whose speed the ratios are about
 */
export async function compare(
  name: string,
  contestants: Readonly<Record<string, Contestant>>,
  options: { readonly rounds: number; readonly count: number; readonly subject: string },
): Promise<Comparison> {
  const times: Record<string, number[]> = {};
  for (const [contestant, work] of Object.entries(contestants)) {
    await work(Math.ceil(options.count / 2));
    times[contestant] = [];
  }
  for (let round = 0; round < options.rounds; round += 1) {
    for (const [contestant, work] of Object.entries(contestants)) {
      const started = performance.now();
      await work(options.count);
      times[contestant]?.push(((performance.now() - started) / options.count) * 1_000);
    }
  }
  const microseconds = Object.fromEntries(
    Object.entries(times).map(([contestant, values]) => [contestant, median(values)]),
  );
  const own = microseconds[options.subject] ?? Number.NaN;
  const ratios = Object.fromEntries(
    Object.entries(microseconds)
      .filter(([contestant]) => contestant !== options.subject)
      .map(([contestant, value]) => [contestant, value / own]),
  );
  return { name, microseconds, ratios };
}

/** Prints comparisons for people, or as JSON when asked to. */
export function report(comparisons: readonly Comparison[], json: boolean): void {
  if (json) {
    console.log(JSON.stringify(comparisons, undefined, 2));
    return;
  }
  for (const { name, microseconds, ratios } of comparisons) {
    console.log(name);
    for (const [contestant, value] of Object.entries(microseconds)) {
      const ratio = ratios[contestant];
      const beside = ratio === undefined ? '' : `   (${ratio.toFixed(2)}× as fast as it)`;
      console.log(`  ${contestant.padEnd(32)} ${value.toFixed(value < 10 ? 3 : 1).padStart(9)} µs${beside}`);
    }
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
