import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as z from 'zod';

const recordSchema = z.object({
  environment: z.string(),
  provider: z.enum(['lab', 'official']),
});

/** Which Kubernetes provider serves a lab: the lab's own, or the official plugin. */
export type ProviderChoice = z.infer<typeof recordSchema>['provider'];

/** What is remembered of a state beside it: whose it is, and which provider made it. */
export type EngineRecord = z.infer<typeof recordSchema>;

/** The record, or undefined where nothing was ever brought up. */
export function readEngineRecord(file: string): EngineRecord | undefined {
  try {
    return recordSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Error(`${file} can't be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Replaces the record. */
export function writeEngineRecord(file: string, record: EngineRecord): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
}
