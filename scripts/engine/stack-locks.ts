/** Locks that the engine leaves in its file backend when it is killed. */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import { isRunning, listProcesses } from '../../lab/host/processes.ts';

const lockSchema = z.object({
  pid: z.int().positive(),
  username: z.string(),
  hostname: z.string(),
  timestamp: z.string(),
});

type Lock = z.infer<typeof lockSchema>;

/** How often a living owner is looked at again, in milliseconds. */
const pollMs = 200;

/** Options for {@link clearStackLocks}. */
export interface ClearOptions {
  /** Told once of each living engine that is waited for. */
  waiting(pid: number): void;
  signal?: AbortSignal | undefined;
}

/**
 * Removes the locks of a stack whose engines are dead and waits for those that live: an engine whose command was
 * killed still finishes what it began.
 * @throws Error when a lock is from another machine, because nobody can tell whether its owner lives
 */
export async function clearStackLocks(
  state: string,
  project: string,
  stack: string,
  options: ClearOptions,
): Promise<void> {
  const directory = join(state, '.pulumi/locks/organization', project, stack);
  const told = new Set<number>();
  for (;;) {
    const living = lockFiles(directory).filter((file) => !clearIfDead(file, told, options));
    if (living.length === 0) return;
    await delay(pollMs, undefined, options.signal ? { signal: options.signal } : {});
  }
}

/** Removes a lock when its owner is dead; returns whether it is gone. */
function clearIfDead(file: string, told: Set<number>, { waiting }: ClearOptions): boolean {
  const lock = readLock(file);
  if (lock === 'gone') return true;
  if (lock && lock.hostname !== hostname()) {
    throw new Error(
      `${lock.username} on ${lock.hostname} (process ${lock.pid}) locked this state at ${lock.timestamp}, ` +
        `and from here nobody can tell whether that still runs. If it does not, delete ${file} and run again.`,
    );
  }
  if (lock && isLiving(lock)) {
    if (!told.has(lock.pid)) waiting(lock.pid);
    told.add(lock.pid);
    return false;
  }
  rmSync(file, { force: true });
  return true;
}

/** A lock without content is what a killed engine leaves when it dies while it writes. */
function readLock(file: string): Lock | undefined | 'gone' {
  try {
    return lockSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'gone' : undefined;
  }
}

/** Whether the engine that took a lock still runs; a later process with the same id is something else. */
function isLiving({ pid, username }: Lock): boolean {
  // Only our own processes can be looked into.
  if (username !== userInfo().username) return isRunning(pid);
  const program = listProcesses()
    .find((one) => one.pid === pid)
    ?.commandLine.split(' ')[0];
  return program !== undefined && basename(program) === 'pulumi';
}

/** The backend keeps attributes beside its files, under the same name with an ending. */
function lockFiles(directory: string): string[] {
  try {
    return readdirSync(directory)
      .filter((name) => name.endsWith('.json'))
      .map((name) => join(directory, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
