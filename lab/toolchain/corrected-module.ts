/** Has Go compile a module with a few texts of its sources replaced, and leaves the module itself as it is. */
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Correction, GoBuild } from './tool.ts';

/** What a build needs so that Go sees the corrections. */
export interface CorrectedModule {
  /** Lines of the module file. */
  readonly replacements: readonly string[];
  /** Arguments of `go build`. */
  readonly arguments: readonly string[];
}

/** How Go is called. */
export interface GoCommand {
  readonly go: string;
  /** Directory of the build. */
  readonly work: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly signal: AbortSignal | undefined;
}

/**
 * Downloads the module, which Go checks, and writes the corrected files beside it. Go refuses to overlay files in its
 * own cache, so the module is reached by a link.
 *
 * @throws an Error when the module can't be had, or is not what a correction expects
 */
export async function correctModule(build: GoBuild, command: GoCommand): Promise<CorrectedModule> {
  const { corrections } = build;
  if (corrections === undefined) return { replacements: [], arguments: [] };
  const { work } = command;
  const directory = await downloadModule(build, command);
  const link = join(work, 'module');
  symlinkSync(directory, link);
  mkdirSync(join(work, 'corrected'));
  const overlay = corrections.map((correction, index) => {
    const path = join(work, 'corrected', `${index}.go`);
    writeFileSync(path, corrected(correction, readFileSync(join(directory, correction.file), 'utf8')));
    return [join(link, correction.file), path] as const;
  });
  const file = join(work, 'overlay.json');
  writeFileSync(file, JSON.stringify({ Replace: Object.fromEntries(overlay) }));
  return { replacements: [`replace ${build.module} => ./module`], arguments: [`-overlay=${file}`] };
}

async function downloadModule(build: GoBuild, { go, work, environment, signal }: GoCommand): Promise<string> {
  const wanted = `${build.module}@${build.version}`;
  const options = { cwd: work, env: environment, ...(signal ? { signal } : {}) };
  const { stdout } = await promisify(execFile)(go, ['mod', 'download', '-json', wanted], options).catch(
    // Go says what is wrong in its answer, and not on its error output.
    (error: { stdout?: string; stderr?: string }) => {
      signal?.throwIfAborted();
      throw new Error(`go mod download ${wanted}: ${(error.stdout || error.stderr || String(error)).trim()}`);
    },
  );
  return (JSON.parse(stdout) as { Dir: string }).Dir;
}

function corrected({ file, replace }: Correction, source: string): string {
  return replace.reduce((text, [from, to]) => {
    const [before, after, ...more] = text.split(from);
    if (before === undefined || after === undefined || more.length > 0) {
      throw new Error(`${file} holds not exactly once what is to be replaced there: ${from}`);
    }
    return before + to + after;
  }, source);
}
