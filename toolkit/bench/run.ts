/** Runs the benchmarks of the toolkit: `npm run bench -w toolkit -- [name …] [--json]`. */
import { join } from 'node:path';
import { toolkitBenches } from './list.ts';
import { runBenches } from './run-benches.ts';

process.exitCode = await runBenches(
  Object.fromEntries(
    Object.entries(toolkitBenches).map(([name, file]) => [name, join(import.meta.dirname, file)]),
  ),
  process.argv.slice(2),
);
