import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { parse } from 'yaml';
import { registry } from '../components/registry.ts';
import { environmentJsonSchema } from '../stacks/schema.ts';

const root = join(import.meta.dirname, '..');

test('what is generated from the code is current', () => {
  const run = spawnSync(process.execPath, ['scripts/generate.ts', '--check'], {
    cwd: root,
    encoding: 'utf8',
  });
  assert.equal(run.status, 0, run.stdout + run.stderr);
});

test('every environment file satisfies the published schema, and names it for editors', () => {
  const ajv = new Ajv2020({ allErrors: true, strict: false, formats: { cidrv4: true, cidrv6: true } });
  formats.default(ajv);
  const validate = ajv.compile(environmentJsonSchema(registry));
  const directory = join(root, 'stacks/environments');
  const files = readdirSync(directory);
  assert.ok(files.length >= 3);
  for (const file of files) {
    const text = readFileSync(join(directory, file), 'utf8');
    assert.match(text, /^# yaml-language-server: \$schema=\.\.\/environment\.schema\.json/);
    assert.ok(validate(parse(text)), `${file}: ${ajv.errorsText(validate.errors)}`);
  }
});

test('the schema refuses what the settings refuse', () => {
  const ajv = new Ajv2020({ strict: false, formats: { cidrv4: true, cidrv6: true } });
  formats.default(ajv);
  const validate = ajv.compile(environmentJsonSchema(registry));
  for (const wrong of [
    { profile: 'huge' },
    { colour: 'red' },
    { cluster: { kind: 'existing' } },
    { capabilities: { certificates: { controller: { replicas: 0 } } } },
    { capabilities: { nothing: 'on' } },
  ]) {
    assert.equal(validate(wrong), false, JSON.stringify(wrong));
  }
});
