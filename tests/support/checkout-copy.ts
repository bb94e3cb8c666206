import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** What is not part of the project, or made from it, by its path or by its name. */
const leftOut = ['.git', '.ninefold', 'vendor', 'coverage'].map((name) => join(root, name));
const leftOutNames = ['node_modules', 'dist'];

/** A copy of the project's files, with the same packages, for what changes them. */
export class CheckoutCopy {
  readonly #parent = mkdtempSync(join(tmpdir(), 'ninefold-checkout-'));
  /** In a folder of its own, so that nothing lies beside it: a mirror there knows nothing of what is made here. */
  readonly directory = join(this.#parent, 'checkout');

  constructor() {
    const isKept = (path: string) => !leftOut.includes(path) && !leftOutNames.includes(basename(path));
    cpSync(root, this.directory, { recursive: true, filter: isKept });
    symlinkSync(join(root, 'node_modules'), join(this.directory, 'node_modules'));
  }

  /** Runs Node there. */
  node(...command: string[]): { code: number | null; stdout: string; stderr: string } {
    // The test runner's own variables would make a child report to it, and a golden file be written anew.
    const { NODE_TEST_CONTEXT: _context, UPDATE_GOLDEN: _golden, ...variables } = process.env;
    const { status, stdout, stderr } = spawnSync(process.execPath, command, {
      cwd: this.directory,
      encoding: 'utf8',
      env: { ...variables, NO_COLOR: '1' },
    });
    return { code: status, stdout, stderr };
  }

  /** Every file with the hash of its content. */
  files(): ReadonlyMap<string, string> {
    const entries = readdirSync(this.directory, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((file) => [
        relative(this.directory, file),
        createHash('sha256').update(readFileSync(file)).digest('hex'),
      ]);
    return new Map(files as [string, string][]);
  }

  [Symbol.dispose](): void {
    rmSync(this.#parent, { recursive: true, force: true });
  }
}

/** Paths that are new, changed or gone. */
export function changedFiles(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): string[] {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].filter((path) => before.get(path) !== after.get(path)).sort();
}
