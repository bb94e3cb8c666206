import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Status } from '../../scripts/actions/status.ts';
import type { UpSummary } from '../../scripts/terminal/up-summary.ts';
import { findLab } from '../../lab/index.ts';
import { assertNoDuplicates, ourObjects, until } from './support/cluster.ts';
import { objectsDone } from './support/engine-log.ts';
import { engineProcesses, providerProcesses } from './support/processes.ts';
import { type RunningCommand, Workbench } from './support/workbench.ts';

const bench = new Workbench();
after(() => bench[Symbol.asyncDispose]());

bench.writeEnvironment('kill', 'profile: minimal\ncapabilities: { streaming: off }\n');
const environment = ['--env', 'kill'];
const lab = bench.lab('kill');

/** How many objects the environment consists of; known after the first `up`. */
let whole = 0;

before(async () => {
  await up();
  const client = await bench.connect('kill');
  whole = await assertNoDuplicates(client, 'kill');
  await client.close();
});

async function up(): Promise<void> {
  const outcome = await bench.run('up', ...environment);
  assert.equal(outcome.code, 0, outcome.stderr);
}

async function down(): Promise<void> {
  const outcome = await bench.run('down', ...environment, '--yes', '--keep-lab');
  assert.equal(outcome.code, 0, outcome.stderr);
}

/** Starts a command and kills something once the engine has done so many objects. Returns when the command ended. */
async function killDuring(
  command: 'up' | 'down',
  objects: number,
  kill: (running: RunningCommand) => Promise<void> | void,
): Promise<void> {
  const before = engineLogCount();
  const options = command === 'down' ? ['--yes', '--keep-lab'] : [];
  const running = bench.start(command, ...environment, ...options, ...bench.environmentOptions(command));
  let ended = false;
  void running.outcome.then(() => {
    ended = true;
  });
  await until(`${command} to have done ${objects} objects`, () => {
    assert.ok(!ended, `${command} ended before it had done ${objects} objects`);
    return engineLogCount() > before && objectsDone(lab) >= objects;
  });
  await kill(running);
  await running.outcome;
}
