/** Where a lab keeps its files. */
import { existsSync, mkdirSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/** The paths of one lab; all of them hang on its directory. */
export interface LabLayout {
  readonly name: string;
  readonly directory: string;
  /** The lab's own record: ports and nodes. */
  readonly record: string;
  /** For people and programs that use the lab. */
  readonly kubeconfig: string;
  readonly certificates: string;
  readonly configuration: string;
  readonly etcd: string;
  readonly logs: string;
  readonly lock: string;
}

/** What a lab may be called: the name appears in file names and in the kubeconfig. */
export const namePattern = /^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/;

function layoutOf(directory: string): LabLayout {
  const at = (...parts: string[]) => join(directory, ...parts);
  return {
    name: basename(directory),
    directory,
    record: at('lab.json'),
    kubeconfig: at('kubeconfig'),
    certificates: at('certificates'),
    configuration: at('configuration'),
    etcd: at('etcd'),
    logs: at('logs'),
    lock: `${directory}.lock`,
  };
}

/**
 * The layout of the lab in `directory` by its real path, so that a lab reached on two ways is one lab. Creates the
 * directory above it, where the lock lies, and nothing else.
 */
export function resolveLayout(directory: string): LabLayout {
  const path = resolve(directory);
  if (existsSync(path)) return layoutOf(realpathSync(path));
  mkdirSync(dirname(path), { recursive: true });
  return layoutOf(join(realpathSync(dirname(path)), basename(path)));
}

/** Creates the directories that are missing, for this user alone. */
export function createDirectories(layout: LabLayout): void {
  for (const path of [layout.directory, layout.configuration, layout.etcd, layout.logs]) {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  }
}
