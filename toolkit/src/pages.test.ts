import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { compilePages, type Page, type PageFaults } from '../test-support/page-examples.ts';
import { pageSettings } from '../test-support/page-settings.ts';

const root = join(import.meta.dirname, '../..');

/** A page of which the compiler has something to say at known places. */
const wrong: Page = {
  path: 'docs/toolkit/wrong.md',
  setting: 'declare const unused: string;',
  text: [
    '```ts',
    `import { deriveContext, rootContext } from '@ninefold/toolkit/context';`,
    `const context = deriveContext(rootContext, { timeout: '300ms' });`,
    '```',
    'Text in between.',
    '```ts',
    'const context = 1;',
    'context.toFixed();',
    'context.signal;',
    '```',
  ].join('\n'),
};

describe('the examples of the pages', () => {
  const paths = globSync(['docs/toolkit/*.md', 'toolkit/README.md'], { cwd: root });
  let compiled: PageFaults;
  before(() => {
    const pages = paths.map((path) => ({
      path,
      text: readFileSync(join(root, path), 'utf8'),
      ...pageSettings[path],
    }));
    compiled = compilePages([...pages, wrong]);
  });

  it('compile', () => {
    assert.deepEqual(
      compiled.faults.filter((fault) => !fault.startsWith(wrong.path)),
      [],
    );
    const counts = paths.map((path) => compiled.examples[path] ?? 0);
    assert.ok(counts.filter((count) => count > 0).length >= 10, JSON.stringify(compiled.examples));
  });

  it('need every setting, of pages that there are', () => {
    assert.deepEqual(
      Object.keys(pageSettings).filter((path) => !paths.includes(path)),
      [],
    );
  });

  it('would not compile if they were wrong', () => {
    const faults = compiled.faults.filter((fault) => fault.startsWith(wrong.path));
    assert.deepEqual(faults.map((fault) => /^\S+( \(its setting\))?/.exec(fault)?.[0]).sort(), [
      `${wrong.path} (its setting)`,
      `${wrong.path}:3`,
      `${wrong.path}:9`,
    ]);
  });
});
