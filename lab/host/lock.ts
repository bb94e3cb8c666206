/** A lock file that names its owner, so that the lock of a dead process is told from that of a living one. */
import { randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import { processIdentity } from './processes.ts';

const ownerSchema = z.object({ pid: z.int().positive(), identity: z.string() });

/** The process that holds a lock. */
export type LockOwner = z.infer<typeof ownerSchema>;

/** Options for {@link acquireLock}. */
export interface LockOptions {
  /** Called once for each living owner we have to wait for. @default nobody is told */
  waiting?: (owner: LockOwner) => void;
  /** Gives up waiting. @default waits for as long as the owner lives */
  signal?: AbortSignal;
}

/** How often a waiting process looks again, in milliseconds. */
const pollMs = 100;

// Two calls within one process have the same owner on disk, so they queue up here first.
const queues = new Map<string, Promise<void>>();

/**
 * Takes the lock at `path` and returns the function that gives it back. Waits while a living process holds it;
 * clears it when its owner is dead.
 */
export async function acquireLock(path: string, options: LockOptions = {}): Promise<() => void> {
  const previous = queues.get(path);
  const { promise: released, resolve } = Promise.withResolvers<void>();
  queues.set(
    path,
    (previous ?? Promise.resolve()).then(() => released),
  );
  try {
    await (options.signal ? Promise.race([previous, aborted(options.signal)]) : previous);
    mkdirSync(dirname(path), { recursive: true });
    let reported: number | undefined;
    for (;;) {
      const owner = tryLock(path);
      if (owner === undefined) break;
      if (owner.pid !== reported) options.waiting?.(owner);
      reported = owner.pid;
      await delay(pollMs, undefined, { signal: options.signal });
    }
  } catch (error) {
    resolve();
    throw error;
  }
  return () => {
    rmSync(path, { force: true });
    resolve();
  };
}

/** Rejects when the signal is given. */
function aborted(signal: AbortSignal): Promise<never> {
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  promise.catch(() => undefined);
  return promise;
}

/** Runs `action` while holding the lock at `path`. */
export async function withLock<T>(path: string, options: LockOptions, action: () => Promise<T>): Promise<T> {
  const release = await acquireLock(path, options);
  try {
    return await action();
  } finally {
    release();
  }
}

/** Takes the lock, or returns its living owner. */
function tryLock(path: string): LockOwner | undefined {
  for (;;) {
    if (create(path)) return undefined;
    const owner = readOwner(path);
    if (owner === 'gone') continue;
    if (owner !== undefined && processIdentity(owner.pid) === owner.identity) return owner;
    const clearing = clearDead(path, owner);
    if (clearing !== undefined) return clearing;
  }
}

/**
 * Removes a dead owner's lock. Whoever removes it holds a second lock meanwhile and looks again under it: a slow
 * process must not remove the lock that a faster one has taken since. Returns who else is clearing it, if anybody.
 */
function clearDead(path: string, dead: LockOwner | undefined): LockOwner | undefined {
  const clearing = `${path}.clearing`;
  const other = tryLock(clearing);
  if (other !== undefined) return other;
  try {
    const current = readOwner(path);
    if (current !== 'gone' && JSON.stringify(current) === JSON.stringify(dead)) rmSync(path, { force: true });
  } finally {
    rmSync(clearing, { force: true });
  }
  return undefined;
}

/** Creates the lock complete with its owner in one step: a link to a finished file either appears whole or fails. */
function create(path: string): boolean {
  const identity = processIdentity(process.pid) ?? '';
  const draft = `${path}.${randomUUID()}`;
  writeFileSync(draft, JSON.stringify({ pid: process.pid, identity } satisfies LockOwner));
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** The owner named in the lock; undefined when the file names nobody, 'gone' when it was given back. */
function readOwner(path: string): LockOwner | undefined | 'gone' {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'gone';
    throw error;
  }
  try {
    return ownerSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
