/** What a running lab weighs. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Resident memory of processes together, in bytes; undefined where the system does not tell by files. */
export function residentMemory(processes: readonly number[]): number | undefined {
  try {
    return processes.reduce((sum, process) => {
      const match = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${process}/status`, 'utf8'));
      return sum + Number(match?.[1] ?? 0) * 1024;
    }, 0);
  } catch {
    return undefined;
  }
}

/** The size of each stack's state below a directory, in bytes. */
export function stateSizes(directory: string): Record<string, number> {
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter(
    (file) => /stacks[/\\].*\.json$/.test(file) && !/backup|history/.test(file),
  );
  return Object.fromEntries(
    files.map((file) => [
      file.replace(/^.*[/\\]([^/\\]+)\.json$/, '$1'),
      statSync(join(directory, file)).size,
    ]),
  );
}
