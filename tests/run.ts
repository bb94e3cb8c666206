/** The test command: checks, then every test file of the project, on Node's own runner. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import toolkit from '../toolkit/package.json' with { type: 'json' };

const root = join(import.meta.dirname, '..');
const rooms = ['stacks', 'components', 'policies', 'preview', 'lab', 'scripts', 'tests', 'examples'];

/** What measures a server: run one file at a time, so that none disturbs another. */
const alone = ['toolkit/src/http/', 'examples/'];

/** What brings up whole platforms: apart from the rest, which it would slow down. */
const heavy = ['tests/end-to-end/'];

/** Packages of this repository are imported from their source, as they are before anything is built. */
const nodeOptions = ['--conditions=@ninefold/source'];

// Every test file is a process of its own, and most of them load the same large packages.
process.env.NODE_COMPILE_CACHE ??= join(root, '.ninefold/cache/compiled');

const wanted = process.argv.slice(2);
if (wanted.length > 0) {
  process.exit(run(process.execPath, [...nodeOptions, '--test', '--test-concurrency=2', ...wanted]));
}

// As `npm run check`, with both halves at once.
const checked = await Promise.all(
  ['typecheck', 'lint'].map((half) => runBeside('npm', ['run', '--silent', half])),
);
if (checked.some((code) => code !== 0)) process.exit(1);

const files = [...rooms.map((room) => `${room}/**/*.test.ts`), ...toolkitPatterns()].flatMap((pattern) =>
  globSync(pattern, { cwd: root }).sort(),
);
const isIn = (folders: readonly string[]) => (file: string) =>
  folders.some((folder) => file.startsWith(folder));
const phases = [
  { concurrency: 3, files: files.filter((file) => !isIn([...alone, ...heavy])(file)) },
  { concurrency: 3, files: files.filter(isIn(heavy)) },
  { concurrency: 1, files: files.filter(isIn(alone)) },
];
const codes = phases.map(({ concurrency, files: some }) =>
  some.length === 0
    ? 0
    : run(process.execPath, [...nodeOptions, '--test', `--test-concurrency=${concurrency}`, ...some]),
);
process.exitCode = Math.max(...codes);

/** The modules that the toolkit's package exports. One that is still being made is named, and counts as nothing. */
function toolkitPatterns(): string[] {
  const source = join(root, 'toolkit/src');
  const exported = Object.keys(toolkit.exports).map((path) => path.replace('./', ''));
  const folders = readdirSync(source, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const making = folders
    .map((folder) => folder.name)
    .filter((name) => !exported.includes(name) && existsSync(join(source, name, 'index.ts')));
  if (making.length > 0)
    console.log(`not part of the toolkit's package yet, so not run: ${making.join(', ')}`);
  const tested = [...exported, 'command-line'].filter((name) => folders.some((one) => one.name === name));
  return [
    ...tested.map((name) => `toolkit/src/${name}/**/*.test.ts`),
    'toolkit/src/*.test.ts',
    'toolkit/local-servers/*.test.ts',
  ];
}

function run(command: string, arguments_: readonly string[]): number {
  return spawnSync(command, arguments_, { cwd: root, stdio: 'inherit' }).status ?? 1;
}

/** Runs a command beside others. */
async function runBeside(command: string, arguments_: readonly string[]): Promise<number> {
  const [code] = await once(spawn(command, arguments_, { cwd: root, stdio: 'inherit' }), 'exit');
  return typeof code === 'number' ? code : 1;
}
