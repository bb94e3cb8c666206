/**
 * What holds of every platform that can be rendered. All invariants share one process, because they share one
 * recording of the environments.
 */
import { globSync } from 'node:fs';
import { join } from 'node:path';

const files = globSync('invariants/*.ts', { cwd: import.meta.dirname }).sort();
if (files.length === 0) throw new Error('there are no invariants');
for (const file of files) await import(join(import.meta.dirname, file));
