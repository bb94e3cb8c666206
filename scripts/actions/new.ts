/** Writes the skeleton of a capability or an implementation. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { InvalidInputError } from '../../components/kit/violation.ts';
import { registry } from '../../components/registry.ts';
import { exitCodes } from '../errors.ts';
import { columns } from '../terminal/columns.ts';
import { painter } from '../terminal/style.ts';
import { hasOwnShape, type PlannedFile, planFiles } from './new-files.ts';
import { type NewRequest, readRequest } from './new-request.ts';

/** Options of `new capability` and `new implementation`. */
export interface NewOptions {
  implementation?: string;
  title?: string;
  summary?: string;
  principle?: string;
  onIn?: ('minimal' | 'small' | 'production')[];
  technology?: string;
  chart?: string;
  manifest?: string;
  release?: string;
  licence?: string;
  kubernetes?: string;
  homepage?: string;
  image?: string;
  kind?: string[];
  port?: string;
  dryRun?: boolean;
  json?: boolean;
}

const root = join(import.meta.dirname, '../..');

/** `ninefold new capability`. */
export async function newCapability(capability: string, options: NewOptions): Promise<number> {
  return write(readRequest({ capability, isNew: true }, options, registry), options);
}

/** `ninefold new implementation`. */
export async function newImplementation(
  capability: string,
  implementation: string,
  options: NewOptions,
): Promise<number> {
  return write(readRequest({ capability, implementation, isNew: false }, options, registry), options);
}

async function write(request: NewRequest, options: NewOptions): Promise<number> {
  const files = await formatted(planFiles(request, registry));
  refuseOverwriting(files);
  const changed = files.filter(({ path, content }) => content !== present(path));
  const told = options.json ? process.stderr : process.stdout;
  const paint = painter(told);
  const { capability, implementation } = request;
  told.write(`${paint('strong', capability)} by ${paint('strong', implementation)}\n`);
  told.write(
    columns(changed.map(({ path, change }) => [change, path]))
      .join('\n')
      .concat('\n'),
  );
  const generated: string[] = [];
  if (!options.dryRun) {
    for (const { path, content } of files) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), content);
    }
    const golden = `components/${capability}/${implementation}/${implementation}.golden.yaml`;
    generated.push(...generate(), ...goldenFile(request, golden));
    told.write(
      columns(generated.map((path) => ['generated', path]))
        .join('\n')
        .concat('\n'),
    );
  }
  const remaining = remainingOf(request);
  if (options.json) {
    const written = changed.map(({ path, change }) => ({ path, change }));
    const result = {
      capability,
      implementation,
      dryRun: options.dryRun ?? false,
      written,
      generated,
      remaining,
    };
    process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  } else if (!options.dryRun) {
    process.stdout.write(
      [
        '',
        'Next',
        ...columns([
          ['npm run check', 'types and style'],
          [
            `npm test -- 'components/${capability}/**/*.test.ts' tests/graph/graph.test.ts`,
            'its own tests, conformance, and the invariants',
          ],
        ]),
        ...remaining.map((one) => `  ${paint('warning', one)}`),
        '',
      ].join('\n'),
    );
  }
  return exitCodes.ok;
}

/** What the skeleton can't know, and a test will ask for. */
function remainingOf({ capability, implementation, newCapability: isNew }: NewRequest): string[] {
  const entry = registry.find((one) => one.capability.name === capability);
  if (isNew || hasOwnShape(entry)) return [];
  const folder = `components/${capability}/${implementation}`;
  return [
    `${folder}/facts.ts says what ${entry?.implementations[0]?.name} says; say what is true here`,
    `${folder}/clients.ts serves nobody yet; components/${capability}/conformance.test.ts fails until it does`,
  ];
}

/** What is there and would be another is never written over; what is there already counts as written. */
function refuseOverwriting(files: readonly PlannedFile[]): void {
  const violations = files
    .filter(
      ({ path, content, change }) =>
        change === 'new' && existsSync(join(root, path)) && present(path) !== content,
    )
    .map(({ path }) => ({
      path,
      problem: 'is there already, and says something else',
      fix: 'choose another name, or remove the file',
    }));
  if (violations.length > 0) throw new InvalidInputError('what is to be written', violations);
}

function present(path: string): string | undefined {
  return existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : undefined;
}

/** As `npm run format` would leave them. */
async function formatted(files: readonly PlannedFile[]): Promise<PlannedFile[]> {
  const prettier = await import('prettier');
  const settings = await prettier.resolveConfig(join(root, 'package.json'));
  return Promise.all(
    files.map(async (file) =>
      file.path.endsWith('.ts')
        ? { ...file, content: await prettier.format(file.content, { ...settings, parser: 'typescript' }) }
        : file,
    ),
  );
}

/** Has everything that is generated from the code made anew, and returns what changed. */
function generate(): string[] {
  return run(['scripts/generate.ts'])
    .split('\n')
    .flatMap((line) => /^written: (.*)$/.exec(line)?.[1] ?? []);
}

function goldenFile({ capability, implementation }: NewRequest, golden: string): string[] {
  const before = present(golden);
  run(['--test', `components/${capability}/${implementation}/${implementation}.test.ts`]);
  return present(golden) === before ? [] : [golden];
}

/** Runs another Node, which sees what was just written. @throws Error with all that it said when it fails */
function run(command: readonly string[]): string {
  const { NODE_TEST_CONTEXT: _, ...variables } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, command, {
    cwd: root,
    encoding: 'utf8',
    env: { ...variables, UPDATE_GOLDEN: '1' },
  });
  if (status === 0) return stdout;
  throw new Error(
    `node ${command.join(' ')} failed; run the command again when it is mended\n${stdout}${stderr}`,
  );
}
