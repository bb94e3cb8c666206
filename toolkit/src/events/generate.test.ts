import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { generateEvent } from './index.ts';

const directory = mkdtempSync(join(tmpdir(), 'ninefold-events-'));
after(() => rmSync(directory, { recursive: true }));

const schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Order placed',
  type: 'object',
  required: ['orderId', 'lines'],
  properties: {
    orderId: { type: 'string' },
    lines: { type: 'array', items: { $ref: '#/$defs/Line' } },
    note: { type: ['string', 'null'] },
  },
  $defs: {
    Line: {
      type: 'object',
      required: ['count'],
      properties: { count: { type: 'integer' }, inner: { $ref: '#/$defs/Line' } },
    },
  },
};

function write(name: string, content: unknown): string {
  const file = join(directory, name);
  writeFileSync(file, JSON.stringify(content));
  return file;
}

describe('code generated from the schema of an event', () => {
  it('has its type and the schema, named by the title', async () => {
    const text = await generateEvent(write('placed.json', schema));
    assert.match(text, /^\/\/ Written by `ninefold-toolkit generate placed\.json`\. Do not edit\.\n/);
    assert.match(text, /export type OrderPlaced = /);
    assert.match(text, /export const orderPlacedSchema = /);
    assert.equal(text, await generateEvent(join(directory, 'placed.json')));
  });

  it('type-checks, and its type is what the schema says', async () => {
    writeFileSync(join(directory, 'placed.ts'), await generateEvent(write('placed.json', schema)));
    const events = fileURLToPath(new URL('./index.ts', import.meta.url));
    const usage = join(directory, 'usage.ts');
    writeFileSync(
      usage,
      `import { defineEvent } from '${events}';
import { type OrderPlaced, orderPlacedSchema } from './placed.ts';
const placed = defineEvent<OrderPlaced>({ type: 'orders.placed', version: 1, schema: orderPlacedSchema });
placed.create({ orderId: '1', lines: [{ count: 1, inner: { count: 2 } }], note: null }, { source: '/orders' });
// @ts-expect-error the lines are missing
placed.create({ orderId: '1' }, { source: '/orders' });
// @ts-expect-error the count is a number
placed.create({ orderId: '1', lines: [{ count: '1' }] }, { source: '/orders' });
`,
    );
    const program = ts.createProgram([usage], {
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      allowImportingTsExtensions: true,
      erasableSyntaxOnly: true,
      target: ts.ScriptTarget.ES2024,
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      types: [],
    });
    const problems = program
      .getSemanticDiagnostics(program.getSourceFile(usage))
      .concat(program.getSemanticDiagnostics(program.getSourceFile(join(directory, 'placed.ts'))));
    assert.deepEqual(
      problems.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')),
      [],
    );
  });

  it('is named by the file when the schema has no title', async () => {
    const text = await generateEvent(write('order-paid.v2.json', { type: 'object' }));
    assert.match(text, /export type OrderPaidV2 = /);
  });

  it('is not written for what is no schema, or refers to other files', async () => {
    await assert.rejects(generateEvent(write('list.json', [])), /list\.json is no JSON Schema/);
    const foreign = { properties: { a: { $ref: 'other.json' } } };
    await assert.rejects(
      generateEvent(write('foreign.json', foreign)),
      /foreign\.json refers to other\.json/,
    );
  });
});
