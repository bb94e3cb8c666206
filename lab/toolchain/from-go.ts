/** The last way of getting programs: a build from their Go modules, checked by Go's own checksum database. */
import { execFile, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, constants, setPriority } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { correctModule } from './corrected-module.ts';
import { moveIntoCache } from './from-cache.ts';
import type { ProgressOf } from './progress.ts';
import type { ToolchainSettings } from './settings.ts';
import type { GoBuild, Tool } from './tool.ts';
import { isExecutable, reportedVersion } from './version.ts';

/** The oldest Go that builds the pinned modules. Source: the `go` line of the modules' own module files. */
export const neededGo = '1.26';

/** Go on this machine: usable, or the reason why not. */
export type GoState = { readonly path: string; readonly version: string } | { readonly problem: string };

/** Finds Go on `PATH` and checks its version. */
export async function findGo({ environment }: ToolchainSettings): Promise<GoState> {
  const path = (environment.PATH ?? '')
    .split(delimiter)
    .filter((directory) => directory.startsWith('/'))
    .map((directory) => join(directory, 'go'))
    .find(isExecutable);
  if (path === undefined) return { problem: 'there is no Go on PATH' };
  const { promise, resolve } = Promise.withResolvers<string>();
  // The toolchain that is installed, not one that a module file nearby asks for.
  const local = { ...environment, GOTOOLCHAIN: 'local', GOWORK: 'off' };
  execFile(path, ['env', 'GOVERSION'], { env: local, cwd: '/', timeout: 15_000 }, (_error, stdout) =>
    resolve(stdout.trim()),
  );
  const version = /^go(\d+\.\d+(?:\.\d+)?)/.exec(await promise)?.[1];
  if (version === undefined) return { problem: `${path} does not state its version` };
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [neededMajor = 0, neededMinor = 0] = neededGo.split('.').map(Number);
  const enough = major > neededMajor || (major === neededMajor && minor >= neededMinor);
  return enough ? { path, version } : { problem: `${path} is Go ${version}, older than ${neededGo}` };
}

/** What to do for programs that can neither be downloaded nor, for want of Go, be built. */
export function fixWithoutGo(wanted: readonly Tool[]): string {
  const variables = wanted.map((tool) => tool.variable).join(', ');
  return [
    'give this machine a way to the download host',
    `or install Go ${neededGo} or newer (https://go.dev/dl)`,
    `or set ${variables} to the path of version ${wanted[0]?.version}`,
  ].join(', ');
}

/** What a build needs besides the tools. */
export interface BuildOptions {
  readonly settings: ToolchainSettings;
  /** The Go command. */
  readonly go: string;
  /** A directory on the cache's file system. */
  readonly work: string;
  readonly progress: ProgressOf;
  readonly signal: AbortSignal | undefined;
}

/** How long a build is expected to take on this machine with cold caches, in milliseconds. */
export function expectedBuildMs(build: GoBuild): number {
  return build.expectedMs * Math.max(0.25, 2 / availableParallelism());
}

/**
 * Builds the programs of one build into the cache and returns their paths. Throws with the last lines of
 * Go's output when it fails.
 */
export async function fromGo(
  build: GoBuild,
  wanted: readonly Tool[],
  options: BuildOptions,
): Promise<Map<Tool, string>> {
  const { settings, go, work, progress, signal } = options;
  const output = join(work, 'bin');
  mkdirSync(output);
  const stamps = Object.entries(build.stamp).map(([variable, value]) => `-X ${variable}=${value}`);
  const step = progress('building', `${build.module} ${build.version} with Go`, expectedBuildMs(build));
  const environment = hostEnvironment(settings);
  try {
    const module = await correctModule(build, { go, work, environment, signal });
    writeFileSync(join(work, 'go.mod'), moduleFile(build, module.replacements));
    await run(
      go,
      [
        'build',
        '-mod=mod',
        '-trimpath',
        '-buildvcs=false',
        ...module.arguments,
        ...(build.tags ? [`-tags=${build.tags.join(',')}`] : []),
        `-ldflags=${['-s', '-w', ...stamps].join(' ')}`,
        `-o=${output}/`,
        ...wanted.map((tool) => tool.goPackage),
      ],
      { cwd: work, environment, signal },
    );
  } finally {
    step.end();
  }
  const paths = new Map<Tool, string>();
  for (const tool of wanted) {
    const program = join(output, outputName(tool));
    const version = await reportedVersion(tool, program);
    if (version !== tool.version) {
      throw new Error(
        `the build of ${tool.goPackage} reports version ${version ?? 'none'}, not ${tool.version}`,
      );
    }
    paths.set(tool, moveIntoCache(tool, program, settings));
  }
  return paths;
}

/** Go names a program after the last part of its package that is not a major version. */
function outputName(tool: Tool): string {
  const name = basename(tool.goPackage);
  return /^v\d+$/.test(name) ? basename(tool.goPackage.slice(0, -name.length - 1)) : name;
}

/** The main module alone decides every version below it: Go takes the least that the modules together ask for. */
function moduleFile(build: GoBuild, more: readonly string[]): string {
  const replacements = Object.entries(build.replace).map(([from, to]) => `replace ${from} => ${to}`);
  return [
    'module ninefold.dev/toolchain',
    `go ${neededGo}`,
    `require ${build.module} ${build.version}`,
    ...replacements,
    ...more,
    '',
  ].join('\n');
}

/** The user's own Go settings (proxy, checksum database, flags), for a program that runs on this machine. */
function hostEnvironment({ environment }: ToolchainSettings): NodeJS.ProcessEnv {
  const { GOOS, GOARCH, GOBIN, ...rest } = environment;
  return { ...rest, CGO_ENABLED: '0', GOWORK: 'off' };
}

interface RunOptions {
  readonly cwd: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly signal: AbortSignal | undefined;
}

/** How much of Go's output is kept for the error, in characters. */
const keptOutput = 4000;

function run(command: string, arguments_: string[], { cwd, environment, signal }: RunOptions): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // Go ends its own compilers on an interrupt.
  const child = spawn(command, arguments_, {
    cwd,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
    killSignal: 'SIGINT',
  });
  if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
  let output = '';
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString('utf8')).slice(-keptOutput);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  child.on('error', reject);
  child.on('close', (code, by) => {
    if (code === 0) resolve();
    else {
      const lines = output.split('\n').filter((line) => line && !line.startsWith('go: downloading'));
      reject(new Error(`go build ended with ${code ?? by}: ${lines.slice(-8).join('\n    ')}`));
    }
  });
  return promise;
}
