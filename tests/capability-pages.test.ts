import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { registry } from '../components/registry.ts';
import { pageOf } from '../stacks/catalogue-reference.ts';

const documentation = join(import.meta.dirname, '../docs');

/** What every page of a capability says, in this order. Others may stand between. */
const sections = ['What it gives', 'What it needs', 'Settings', 'Failure modes', 'Upgrade', 'Recovery'];

/** The text under each heading of the second level. */
function sectionsOf(page: string): Map<string, string> {
  const parts = page.split(/^## (.+)$/m).slice(1);
  const pairs = Array.from({ length: parts.length / 2 }, (_, index) => [
    parts[2 * index] ?? '',
    (parts[2 * index + 1] ?? '').trim(),
  ]);
  return new Map(pairs as [string, string][]);
}

for (const { capability, implementations } of registry) {
  describe(`the page of ${capability.name}`, () => {
    const file = join(documentation, pageOf(capability));
    const page = existsSync(file) ? readFileSync(file, 'utf8') : '';

    test('is there, under the title of the capability', () => {
      assert.match(page, new RegExp(`^# ${capability.title}\n`), `${file} does not begin so`);
    });

    test('says what it gives and needs, its settings, how it fails, and how it is upgraded and recovered', () => {
      const found = sectionsOf(page);
      assert.deepEqual(
        [...found.keys()].filter((title) => sections.includes(title)),
        sections,
      );
      const empty = [...found].filter(([, text]) => text.length < 40).map(([title]) => title);
      assert.deepEqual(empty, []);
    });

    test('names every implementation that there is', () => {
      const missing = implementations.filter(
        ({ name, title }) => ![name, title].some((one) => page.toLowerCase().includes(one.toLowerCase())),
      );
      assert.deepEqual(
        missing.map(({ name }) => name),
        [],
      );
    });
  });
}

test('there is no page of a capability that is not registered', () => {
  const pages = readdirSync(join(documentation, dirname(pageOf({ name: 'streaming' }))));
  const known = registry.map(({ capability }) => `${capability.name}.md`);
  assert.ok(known.length > 0);
  assert.deepEqual(
    pages.filter((page) => !known.includes(page)),
    [],
  );
});
