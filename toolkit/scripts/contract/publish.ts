import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { contractJsonSchema } from './json-schema.ts';
import { contractReference } from './reference.ts';
import { contractTypes } from './typescript.ts';

const project = join(import.meta.dirname, '../../..');

/** What follows from the contract's schema, by path below the project. */
export function publishedFiles(): Map<string, string> {
  return new Map([
    ['toolkit/service.schema.json', `${JSON.stringify(contractJsonSchema(), null, 2)}\n`],
    ['toolkit/src/contract/generated/types.ts', contractTypes()],
    ['docs/toolkit/contract-reference.md', contractReference()],
  ]);
}

/** Writes them. */
export function publish(): void {
  for (const [path, text] of publishedFiles()) {
    const file = join(project, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    console.log(`Wrote ${path}`);
  }
}

if (import.meta.main) publish();
