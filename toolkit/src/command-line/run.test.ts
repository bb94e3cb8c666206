import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { runCommandLine } from './run.ts';

const source = fileURLToPath(new URL('../http/openapi/fixtures/orders.yaml', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'ninefold-command-line-'));
after(() => rmSync(directory, { recursive: true }));

async function run(...words: string[]) {
  const written = { printed: '', complained: '' };
  const code = await runCommandLine(words, {
    print: (text) => {
      written.printed += text;
    },
    complain: (text) => {
      written.complained += text;
    },
  });
  return { code, ...written };
}

describe('ninefold-toolkit generate', () => {
  it('writes the file that it is told to, as a program of its own', async () => {
    const out = join(directory, 'orders.ts');
    const program = fileURLToPath(new URL('./main.ts', import.meta.url));
    await promisify(execFile)(process.execPath, [program, 'generate', source, '--out', out]);
    const { printed } = await run('generate', source);
    assert.equal(readFileSync(out, 'utf8'), printed);
    assert.match(printed, /export const api/);
  });

  it('says whether a file is what it would write, and what to do', async () => {
    const out = join(directory, 'checked.ts');
    const missing = await run('generate', source, '--out', out, '--check');
    assert.equal(missing.code, 1);
    assert.match(missing.complained, /is not there: run/);
    assert.equal((await run('generate', source, '--out', out)).code, 0);
    assert.equal((await run('generate', source, '--out', out, '--check')).code, 0);
    writeFileSync(out, '// changed by hand\n');
    const changed = await run('generate', source, '--out', out, '--check');
    assert.equal(changed.code, 1);
    assert.equal(readFileSync(out, 'utf8'), '// changed by hand\n');
  });

  it('writes the type of an event for a JSON Schema', async () => {
    const schema = join(directory, 'paid.json');
    writeFileSync(schema, '{"type":"object"}');
    const { code, printed } = await run('generate', schema);
    assert.equal(code, 0);
    assert.match(printed, /export const paidSchema/);
  });

  it('says what is wrong with a document', async () => {
    const bad = join(directory, 'bad.yaml');
    writeFileSync(bad, 'openapi: 3.0.0\ninfo: { title: A, version: 1.0.0 }\n');
    const { code, complained } = await run('generate', bad);
    assert.equal(code, 1);
    assert.match(complained, /write the document in OpenAPI 3\.1/);
  });

  it('explains itself when it is called in another way', async () => {
    assert.equal((await run('--help')).code, 0);
    for (const words of [
      [],
      ['generate'],
      ['publish', 'a'],
      ['generate', 'a', '--check'],
      ['generate', '--no'],
    ]) {
      const { code, complained } = await run(...words);
      assert.equal(code, 2, words.join(' '));
      assert.match(complained, /Usage: ninefold-toolkit generate/);
    }
  });
});
