/** What the engine has done so far, by the log that it writes while it works. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** How many objects the newest run of the engine in a lab has created or deleted. */
export function objectsDone(lab: string): number {
  const logs = join(lab, 'logs');
  let names: string[];
  try {
    names = readdirSync(logs).filter((name) => name.startsWith('engine-'));
  } catch {
    return 0;
  }
  const newest = names.sort().at(-1);
  if (newest === undefined) return 0;
  const text = readFileSync(join(logs, newest), 'utf8');
  return text.match(/^ [+-] {2}kubernetes:\S+ \S+ (created|deleted) \(/gm)?.length ?? 0;
}

/** The names of all logs of the engine in a lab. */
export function engineLogs(lab: string): string[] {
  const logs = join(lab, 'logs');
  return readdirSync(logs)
    .filter((name) => name.startsWith('engine-'))
    .map((name) => join(logs, name));
}
