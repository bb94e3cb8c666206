import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type ComponentName, findLab } from '../../lab/index.ts';
import type { UpSummary } from '../../scripts/terminal/up-summary.ts';
import { assertNoDuplicates, ourObjects, until } from './support/cluster.ts';
import { engineLogs, objectsDone } from './support/engine-log.ts';
import { enginesIn, providersIn } from './support/engine-processes.ts';
import { environmentWith } from './support/environments.ts';
import { type RunningCommand, Workbench } from './support/workbench.ts';

const bench = new Workbench();
after(() => bench[Symbol.asyncDispose]());

bench.writeEnvironment('kill', environmentWith({ certificates: 'on' }));
const environment = ['--env', 'kill'];

/** How many objects the environment consists of; known after the first `up`. */
let whole = 0;

before(async () => {
  await up();
  whole = await countObjects();
});

async function up(): Promise<UpSummary> {
  const summary = await bench.json<UpSummary>('up', ...environment);
  assert.deepEqual(summary.strays, []);
  return summary;
}

async function down(): Promise<void> {
  const outcome = await bench.run('down', ...environment, '--yes', '--keep-lab');
  assert.equal(outcome.code, 0, outcome.stderr);
  const client = await bench.connect('kill');
  assert.deepEqual(await ourObjects(client, 'kill'), []);
  await client.close();
}

async function countObjects(): Promise<number> {
  const client = await bench.connect('kill');
  try {
    return await assertNoDuplicates(client, 'kill');
  } finally {
    await client.close();
  }
}

/** What is killed. */
interface Victim {
  name: string;
  /** How many objects the engine has done when it is killed during `up`: one number for each time. */
  duringUp: readonly number[];
  kill(running: RunningCommand): Promise<void> | void;
}

function killAll(name: string, find: (home: string) => number[]): Victim {
  return {
    name,
    duringUp: [2, 14],
    kill: () => {
      const pids = find(bench.home);
      assert.ok(pids.length > 0, `${name} does not run`);
      for (const pid of pids) process.kill(pid, 'SIGKILL');
    },
  };
}

/** A component of the control plane is killed and, while the command waits for it, started again. */
function component(name: ComponentName): Victim {
  return {
    name,
    duringUp: [2],
    kill: async () => {
      const pid = (await findLab(`${bench.home}/labs`, 'kill'))?.pids[name];
      assert.ok(pid, `${name} does not run`);
      process.kill(pid, 'SIGKILL');
      const outcome = await bench.run('lab', 'start', '--name', 'kill');
      assert.equal(outcome.code, 0, outcome.stderr);
    },
  };
}

const command: Victim = {
  name: 'the command',
  duringUp: [2, 14],
  kill: ({ process: child }) => void child.kill('SIGKILL'),
};
const engine = killAll('the engine', enginesIn);
const provider = killAll('the provider', providersIn);

/** Runs a command and kills the victim once the engine has done so many objects. */
async function killDuring(command: 'up' | 'down', objects: number, victim: Victim): Promise<void> {
  const before = engineLogs(bench.lab('kill')).length;
  const running = bench.start(
    command,
    ...environment,
    ...(command === 'down' ? ['--yes', '--keep-lab'] : []),
    ...bench.environmentOptions(command),
  );
  let ended = false;
  void running.outcome.then(() => {
    ended = true;
  });
  await until(`${command} to have done ${objects} objects`, () => {
    assert.ok(!ended, `${command} ended before it had done ${objects} objects`);
    const log = engineLogs(bench.lab('kill'))[before];
    return log !== undefined && objectsDone(log) >= objects;
  });
  await victim.kill(running);
  await running.outcome;
}

for (const victim of [command, engine]) {
  test(`when ${victim.name} is killed during up, down right away leaves nothing`, async () => {
    await down();
    await killDuring('up', 12, victim);
    await down();
    await up();
  });
}

for (const victim of [command, engine, provider, component('kube-apiserver'), component('etcd')]) {
  test(`when ${victim.name} is killed during down, down again leaves nothing`, async () => {
    await killDuring('down', 5, victim);
    await down();
  });

  test(`when ${victim.name} is killed during up, up again converges`, async () => {
    for (const objects of victim.duringUp) await killDuring('up', objects, victim);
    await up();
    assert.equal(await countObjects(), whole);
  });
}

test('after all that, up finds everything as it should be', async () => {
  const { layers } = await up();
  assert.ok(layers.length > 0);
  for (const { counts } of layers) assert.deepEqual(Object.keys(counts), ['same']);
});
