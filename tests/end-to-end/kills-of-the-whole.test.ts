import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { KilledEnvironment } from './support/kills.ts';
import { Workbench } from './support/workbench.ts';

const bench = new Workbench();
after(() => bench[Symbol.asyncDispose]());

// Every capability there is, with the operators that wait for one another and their finalizers.
bench.writeEnvironment('whole', 'profile: minimal\n');
const environment = new KilledEnvironment(bench, 'whole');

let whole = 0;

before(async () => {
  await environment.up();
  whole = await environment.count();
});

/**
 * In three runs, each of which goes on where the one before was killed: everything that takes part.
 * Early in each, because the engine does dozens of objects at once and some must be left for the last.
 */
async function killAll(command: 'up' | 'down'): Promise<void> {
  await environment.killDuring(command, [4, environment.engine]);
  await environment.killDuring(command, [4, environment.provider]);
  await environment.killDuring(
    command,
    [4, environment.component('kube-apiserver')],
    [8, environment.component('etcd')],
    [12, environment.command],
  );
}

test('down of everything, killed again and again, goes on and leaves nothing', async () => {
  await killAll('down');
  await environment.down();
});

test('up of everything, killed again and again, converges and finds all as it should be', async () => {
  await killAll('up');
  await environment.up();
  assert.equal(await environment.count(), whole);
  const { layers } = await environment.up();
  assert.ok(layers.length > 0);
  for (const { counts } of layers) assert.deepEqual(Object.keys(counts), ['same']);
});
