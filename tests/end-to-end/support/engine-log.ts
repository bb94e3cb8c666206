/** What the engine has done so far, by the log that it writes while it works. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The logs of the engine in a lab, the oldest first; each run writes one. */
export function engineLogs(lab: string): string[] {
  const logs = join(lab, 'logs');
  return readdirSync(logs)
    .filter((name) => name.startsWith('engine-'))
    .sort()
    .map((name) => join(logs, name));
}

/** How many objects a run has created or deleted so far. */
export function objectsDone(log: string): number {
  const text = readFileSync(log, 'utf8');
  return text.match(/^ [+-] {2}kubernetes:\S+ \S+ (created|deleted) \(/gm)?.length ?? 0;
}
