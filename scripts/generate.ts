/** Writes what is generated from the code and kept in the repository. `--check` only says what is out of date. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { lockFor } from '../components/kit/lock.ts';
import { registry } from '../components/registry.ts';
import { catalogueReference } from '../stacks/catalogue-reference.ts';
import { footprintReference } from '../stacks/footprint-reference.ts';
import { lockText, readLock } from '../stacks/lock-file.ts';
import { environmentJsonSchema } from '../stacks/schema.ts';
import { settingsReference } from '../stacks/settings-reference.ts';

const root = join(import.meta.dirname, '..');

const generated: Readonly<Record<string, () => string>> = {
  'stacks/environment.schema.json': () => `${JSON.stringify(environmentJsonSchema(registry), null, 2)}\n`,
  'vendor.lock.yaml': () => lockText(lockFor(registry, readLock(join(root, 'vendor.lock.yaml')))),
  'docs/catalogue.md': () => catalogueReference(registry),
  'docs/footprint.md': () => footprintReference(registry),
  'docs/settings.md': () => settingsReference(registry),
};

const check = process.argv.includes('--check');
const stale = Object.entries(generated)
  .map(([file, content]) => ({ file: join(root, file), content: content() }))
  .filter(({ file, content }) => !existsSync(file) || readFileSync(file, 'utf8') !== content);
for (const { file, content } of stale) {
  console.log(`${check ? 'out of date' : 'written'}: ${relative(root, file)}`);
  if (!check) writeFileSync(file, content);
}
if (check && stale.length > 0) {
  console.error('Run "npm run generate" and commit what it writes.');
  process.exitCode = 1;
}
