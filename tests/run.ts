/** The test command: checks, then every test file of the project, on Node's own runner. */
import { spawnSync } from 'node:child_process';

const rooms = ['stacks', 'components', 'policies', 'preview', 'lab', 'scripts', 'tests', 'examples'];

function run(command: string, arguments_: string[]): void {
  const result = spawnSync(command, arguments_, { stdio: 'inherit' });
  if (result.status !== 0) process.exit(result.status ?? 1);
}

const wanted = process.argv.slice(2);
if (wanted.length === 0) run('npm', ['run', '--silent', 'check']);
const patterns =
  wanted.length > 0 ? wanted : [...rooms.map((room) => `${room}/**/*.test.ts`), 'toolkit/src/**/*.test.ts'];
run(process.execPath, ['--test', '--test-concurrency=2', ...patterns]);
