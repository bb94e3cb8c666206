import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { KilledEnvironment } from './support/kills.ts';
import { Workbench } from './support/workbench.ts';

const bench = new Workbench();
after(() => bench[Symbol.asyncDispose]());

// Every capability there is, with the operators that wait for one another and their finalizers.
bench.writeEnvironment('whole', 'profile: minimal\n');
const environment = new KilledEnvironment(bench, 'whole');

/** One after another in the same run of the platform: each goes on where the one before was killed. */
const victims = [
  environment.command,
  environment.engine,
  environment.provider,
  environment.component('kube-apiserver'),
  environment.component('etcd'),
];

let whole = 0;

before(async () => {
  await environment.up();
  whole = await environment.count();
});

test('down of everything, killed again and again, goes on and leaves nothing', async () => {
  for (const victim of victims) await environment.killDuring('down', Math.floor(whole / 8), victim);
  await environment.down();
});

test('up of everything, killed again and again, converges and finds all as it should be', async () => {
  for (const victim of victims) await environment.killDuring('up', Math.floor(whole / 8), victim);
  await environment.up();
  assert.equal(await environment.count(), whole);
  const { layers } = await environment.up();
  assert.ok(layers.length > 0);
  for (const { counts } of layers) assert.deepEqual(Object.keys(counts), ['same']);
});
