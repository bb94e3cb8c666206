import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { type BenchResult, holds, printTable, rowOf } from './promise.ts';

/** What {@link runBenches} prints with `--json`, by benchmark. */
type Results = Record<string, BenchResult | { readonly failed: string }>;

/**
 * The bench command: runs benchmarks one after the other, each in a process of its own, and prints what they found
 * beside what is wanted.
 *
 * @param benches programs by name; each prints a {@link BenchResult} when it is given `--json`
 * @returns the exit code: 0 when all is as promised, 1 when something is not, 2 for wrong input
 */
export async function runBenches(
  benches: Readonly<Record<string, string>>,
  commandLine: readonly string[],
): Promise<number> {
  const names = Object.keys(benches);
  const usage = `npm run bench -- [${names.join('|')} …] [--json]\nfor example: npm run bench -- ${names[0]}`;
  let wanted: string[];
  let json: boolean;
  try {
    const options = { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const;
    const { positionals, values } = parseArgs({ args: [...commandLine], options, allowPositionals: true });
    if (values.help) {
      console.log(usage);
      return 0;
    }
    wanted = positionals.length === 0 ? names : positionals;
    json = values.json ?? false;
    const unknown = wanted.filter((name) => !names.includes(name));
    if (unknown.length > 0) throw new Error(`There is no benchmark ${unknown.join(', ')}`);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${usage}`);
    return 2;
  }
  const results: Results = {};
  for (const [index, name] of wanted.entries()) {
    console.error(`${name} (${index + 1} of ${wanted.length}) …`);
    results[name] = await run(benches[name] ?? '');
  }
  if (json) console.log(JSON.stringify(results, undefined, 2));
  else printTable(Object.entries(results).flatMap(([name, result]) => rowsOf(name, result)));
  const isFine = Object.values(results).every(
    (result) => !('failed' in result) && result.findings.every(holds),
  );
  return isFine ? 0 : 1;
}

async function run(program: string): Promise<Results[string]> {
  const child = spawn(process.execPath, [program, '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const printed: Buffer[] = [];
  child.stdout.on('data', (bytes: Buffer) => printed.push(bytes));
  const [code] = (await once(child, 'close')) as [number | null];
  try {
    return JSON.parse(Buffer.concat(printed).toString()) as BenchResult;
  } catch {
    return { failed: `it ended with code ${code} and printed no result` };
  }
}

function rowsOf(name: string, result: Results[string]): Record<string, string>[] {
  if ('failed' in result) return [{ bench: name, what: result.failed, found: '', wanted: '', holds: 'NO' }];
  return result.findings.map((finding) => ({ bench: name, ...rowOf(finding) }));
}
