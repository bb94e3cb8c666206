/** What one benchmark found about one thing that the toolkit promises, or that is good to know. */
export interface Finding {
  /** What was compared with what. */
  readonly what: string;
  readonly value: number;
  /** `×` for a ratio. */
  readonly unit: '×' | 'ms';
  /** What is promised; undefined where the number is only told. */
  readonly wanted?: { readonly atLeast: number } | { readonly atMost: number };
}

/** What a benchmark prints. */
export interface BenchResult {
  readonly findings: readonly Finding[];
  /** What the findings were made of: units by contestant, by comparison. */
  readonly measured: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Whether a finding is as promised. */
export function holds({ value, wanted }: Finding): boolean {
  if (wanted === undefined) return true;
  return 'atLeast' in wanted ? value >= wanted.atLeast : value <= wanted.atMost;
}

/** One line of the table: the number beside what is wanted. */
export function rowOf(finding: Finding): Record<string, string> {
  const { what, value, unit, wanted } = finding;
  const bound =
    wanted === undefined ? '' : 'atLeast' in wanted ? `≥ ${wanted.atLeast}` : `≤ ${wanted.atMost}`;
  return {
    what,
    found: `${value.toFixed(unit === 'ms' ? 0 : 2)} ${unit}`,
    wanted: bound === '' ? '' : `${bound} ${unit}`,
    holds: wanted === undefined ? '' : holds(finding) ? 'yes' : 'NO',
  };
}

/**
 * Prints what a benchmark found, for people or with `--json` as JSON, and lets the process end with code 1 when
 * something is not as promised.
 */
export function report(result: BenchResult, json = process.argv.includes('--json')): void {
  if (!result.findings.every(holds)) process.exitCode = 1;
  if (json) {
    console.log(JSON.stringify(result));
    return;
  }
  for (const [name, values] of Object.entries(result.measured)) {
    console.log(name);
    for (const [contestant, value] of Object.entries(values)) {
      console.log(`  ${contestant.padEnd(40)} ${value.padStart(12)}`);
    }
  }
  printTable(result.findings.map(rowOf));
}

/** Prints rows as a table with a line of headings. */
export function printTable(rows: readonly Readonly<Record<string, string>>[]): void {
  const [first] = rows;
  if (first === undefined) return;
  const columns = Object.keys(first);
  const widths = columns.map((column) =>
    Math.max(column.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd();
  console.log(line(columns));
  console.log(line(widths.map((width) => '─'.repeat(width))));
  for (const row of rows) console.log(line(columns.map((column) => row[column] ?? '')));
}
