import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ruleNames } from './index.ts';
import { migrations } from './migrations/index.ts';

const page = readFileSync(join(import.meta.dirname, '../../../docs/toolkit/contract.md'), 'utf8');

describe('the page on the contract', () => {
  it('explains every rule, and none that there is not', () => {
    const section = page.slice(page.indexOf('\n## Rules'), page.indexOf('\n## Compatibility'));
    const cells = [...section.matchAll(/^\| (`.+?`) \|/gm)].map(([, cell = '']) => cell);
    const explained = cells.flatMap((cell) => cell.replaceAll('`', '').split(', '));
    assert.deepEqual(explained.sort(), [...ruleNames].sort());
  });

  it('tells every migration', () => {
    for (const { from, to } of migrations) assert.ok(page.includes(`| \`${from}\` | \`${to}\` |`), from);
  });
});
