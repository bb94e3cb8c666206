/** What a lab remembers of itself between two starts. */
import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { componentNames } from './components.ts';
import { writePrivately } from './files.ts';
import type { LabLayout } from './layout.ts';
import { nodesSchema } from './nodes.ts';
import { portsSchema } from './ports.ts';

const recordSchema = z.object({
  ports: portsSchema,
  nodes: nodesSchema,
  /** The path of the program that each component was last started from. */
  programs: z.partialRecord(z.enum(componentNames), z.string()),
});

/** What a lab remembers of itself. */
export type LabRecord = z.infer<typeof recordSchema>;

/** The record, or undefined when the lab never got as far as writing one, or it can't be read. */
export function readRecord(layout: LabLayout): LabRecord | undefined {
  try {
    return recordSchema.parse(JSON.parse(readFileSync(layout.record, 'utf8')));
  } catch {
    // Everything in it can be chosen anew.
    return undefined;
  }
}

/** Replaces the record. */
export function writeRecord(layout: LabLayout, record: LabRecord): Promise<void> {
  return writePrivately(layout.record, `${JSON.stringify(record, null, 2)}\n`);
}
