/** Looks at this machine with the eyes of a lab. */
import { checkMachine, type Check } from '../engine/machine-checks.ts';
import { exitCodes } from '../errors.ts';
import { columns } from '../terminal/columns.ts';
import { type Paint, painter, type Role } from '../terminal/style.ts';

/** Options of `doctor`. */
export interface DoctorOptions {
  json?: boolean;
}

const signs: Readonly<Record<Check['state'], readonly [Role, string]>> = {
  ok: ['good', '✓'],
  warning: ['warning', '!'],
  problem: ['bad', '✗'],
};

/** `ninefold doctor`. */
export async function doctor({ json }: DoctorOptions): Promise<number> {
  const checks = await checkMachine();
  const healthy = checks.every(({ state }) => state !== 'problem');
  const paint = painter(process.stdout);
  process.stdout.write(
    json ? `${JSON.stringify({ healthy, checks }, null, 2)}\n` : `${text(checks, healthy, paint)}\n`,
  );
  return healthy ? exitCodes.ok : exitCodes.environment;
}

function text(checks: readonly Check[], healthy: boolean, paint: Paint): string {
  const lines = columns(checks.map(({ name, state, detail }) => [paint(...signs[state]), name, detail]));
  const fixes = checks.flatMap(({ name, fix }) => (fix ? [`  ${paint('strong', name)}: ${fix}`] : []));
  return [
    ...lines,
    ...(fixes.length > 0 ? ['', 'What to do', ...fixes] : []),
    '',
    healthy ? 'A lab can run here.' : paint('bad', 'A lab can not run here yet.'),
  ].join('\n');
}
