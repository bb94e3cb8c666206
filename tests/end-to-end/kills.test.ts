import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { environmentWith } from './support/environments.ts';
import { KilledEnvironment } from './support/kills.ts';
import { Workbench } from './support/workbench.ts';

const bench = new Workbench();
after(() => bench[Symbol.asyncDispose]());

bench.writeEnvironment('kill', environmentWith({ certificates: 'on' }));
const environment = new KilledEnvironment(bench, 'kill');
const { command, engine, provider } = environment;

/** How many objects the environment consists of; known after the first `up`. */
let whole = 0;

before(async () => {
  await environment.up();
  whole = await environment.count();
});

for (const victim of [command, engine]) {
  test(`when ${victim.name} is killed during up, down right away leaves nothing`, async () => {
    await environment.down();
    await environment.killDuring('up', [12, victim]);
    await environment.down();
    await environment.up();
  });
}

/** Who is killed, and how many objects the engine has done when it is killed during `up`: a number for each time. */
const victims = [
  { victim: command, duringUp: [2, 14] },
  { victim: engine, duringUp: [2, 14] },
  // Past the foundation: at its end the provider may have nothing left to do, and its end would not be noticed.
  { victim: provider, duringUp: [20, 1] },
  { victim: environment.component('kube-apiserver'), duringUp: [2] },
  { victim: environment.component('etcd'), duringUp: [2] },
];

for (const { victim, duringUp } of victims) {
  test(`when ${victim.name} is killed during down, down again leaves nothing`, async () => {
    await environment.killDuring('down', [5, victim]);
    await environment.down();
  });

  test(`when ${victim.name} is killed during up, up again converges`, async () => {
    for (const objects of duringUp) await environment.killDuring('up', [objects, victim]);
    await environment.up();
    assert.equal(await environment.count(), whole);
  });
}

test('after all that, up finds everything as it should be', async () => {
  const { layers } = await environment.up();
  assert.ok(layers.length > 0);
  for (const { counts } of layers) assert.deepEqual(Object.keys(counts), ['same']);
});
