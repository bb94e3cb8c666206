import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../local-servers/commands.ts';
import { npm } from './npm.ts';

const toolkit = join(import.meta.dirname, '..');

/** The package as it is published, built in a directory of its own. */
export interface BuiltPackage {
  /** What the tarball holds. */
  readonly directory: string;
  readonly manifest: PackageManifest;
  /** What the compiler said; empty when all is well. */
  readonly complaints: string;
  /** A new project outside of ours with the package installed from its tarball, and nothing else. */
  readonly project: string;
  dispose(): void;
}

export interface PackageManifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

/** Builds the package, packs it, and installs the tarball into an empty project. */
export async function buildPackage(): Promise<BuiltPackage> {
  const home = mkdtempSync(join(tmpdir(), 'toolkit-package-'));
  const directory = join(home, 'package');
  mkdirSync(directory);
  for (const file of ['package.json', 'README.md', 'LICENSE', 'service.schema.json']) {
    if (existsSync(join(toolkit, file))) cpSync(join(toolkit, file), join(directory, file));
  }
  const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const outDir = join(directory, 'dist');
  const build = [compiler, '-p', join(toolkit, 'tsconfig.build.json'), '--outDir', outDir];
  const complaints = await run(process.execPath, build).then(
    ({ stdout }) => stdout,
    (error: { stdout?: string }) => error.stdout ?? String(error),
  );
  const packed: unknown = JSON.parse(await npm(directory, 'pack', '--json', '--pack-destination', home));
  const project = join(home, 'project');
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  await npm(project, 'install', join(home, tarballName(packed)));
  return {
    directory,
    manifest: JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')),
    complaints,
    project,
    dispose: () => rmSync(home, { recursive: true, force: true }),
  };
}

/** The name of the tarball; npm has answered with a list, and with a mapping by package. */
function tarballName(packed: unknown): string {
  const [first]: unknown[] = Object.values(Object(packed));
  if (typeof first === 'object' && first !== null && 'filename' in first) return String(first.filename);
  throw new Error(`npm pack said ${JSON.stringify(packed)}`);
}
