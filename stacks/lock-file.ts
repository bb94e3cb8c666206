import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { type Lock, lockSchema } from '../components/kit/lock.ts';
import { InvalidInputError } from '../components/kit/violation.ts';
import { zodViolations } from './zod-violations.ts';

/** The lock of this project. @default `vendor.lock.yaml` in the project; `NINEFOLD_VENDOR_LOCK` names another */
export function lockFile(): string {
  return process.env.NINEFOLD_VENDOR_LOCK || join(import.meta.dirname, '../vendor.lock.yaml');
}

const heading = `# Everything that others publish and the platform installs, fixed by its digest.
# "npm run generate" makes the entries from the code; "ninefold vendor" writes the digest of what it fetches for the
# first time, and from then on refuses another. "unseen" says that nobody has fetched it yet.
`;

/** The text of a lock. */
export function lockText(lock: Lock): string {
  return heading + stringify(lock, { lineWidth: 0 });
}

/** Reads a lock; undefined when there is none. @throws InvalidInputError when it is not a lock */
export function readLock(file = lockFile()): Lock | undefined {
  if (!existsSync(file)) return undefined;
  const content: unknown = parse(readFileSync(file, 'utf8'));
  const parsed = lockSchema.safeParse(content);
  if (!parsed.success) throw new InvalidInputError(file, zodViolations(parsed.error, content));
  return parsed.data;
}

/** Writes a lock as a whole, so that a killed run leaves the one before. */
export function writeLock(lock: Lock, file = lockFile()): void {
  const beside = `${file}.${process.pid}`;
  writeFileSync(beside, lockText(lock));
  renameSync(beside, file);
}
