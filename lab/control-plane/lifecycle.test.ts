import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, it } from 'node:test';
import { ensureTools } from '../toolchain/index.ts';
import {
  type ComponentName,
  componentNames,
  findLab,
  type Lab,
  LabError,
  type LabEvent,
  listLabs,
  removeLab,
  startLab,
  stopLab,
} from './index.ts';
import { apply, configMap, LabRoot, processesOf, until, withClient } from './test-support/labs.ts';

/** The value that a ConfigMap remembers. */
async function remembered(lab: Lab, name: string): Promise<unknown> {
  const found = await withClient(lab, (client) =>
    client.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name }),
  );
  return (found.data as { value: string }).value;
}

/** Kills components without warning. */
async function kill(lab: Lab, components: readonly ComponentName[]): Promise<void> {
  const pids = components.map((component) => lab.pids[component] ?? assert.fail(`${component} does not run`));
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  const root = join(lab.directory, '..');
  await until('the processes to be gone', async () => {
    const found = await findLab(root, lab.name);
    return components.every((component) => found?.pids[component] === undefined);
  });
}

/** Programs that a test states end with it. */
afterEach(() => {
  delete process.env.NINEFOLD_ETCD;
  delete process.env.NINEFOLD_KWOK;
});

describe('the life of a lab', () => {
  it('survives the death of each component and of all of them', async () => {
    await using root = new LabRoot();
    let lab = await startLab({ directory: root.lab('repaired') });
    await withClient(lab, (client) => apply(client, configMap('kept', 'before')));

    for (const component of componentNames) {
      await kill(lab, [component]);
      assert.equal((await findLab(root.directory, 'repaired'))?.ready, false);
      const repaired = await startLab({ directory: lab.directory });
      for (const other of componentNames) {
        if (other === component) assert.notEqual(repaired.pids[other], lab.pids[other]);
        else assert.equal(repaired.pids[other], lab.pids[other], `${other} was left alone`);
      }
      assert.equal(repaired.server, lab.server);
      assert.equal(await remembered(repaired, 'kept'), 'before');
      lab = repaired;
    }

    await kill(lab, componentNames);
    const restarted = await startLab({ directory: lab.directory });
    assert.equal(restarted.server, lab.server);
    assert.equal(await remembered(restarted, 'kept'), 'before');

    // What was repaired still works: a controller, the scheduler and the simulator each do their part.
    await withClient(restarted, async (client) => {
      await apply(client, {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'web', namespace: 'default' },
        spec: {
          replicas: 3,
          selector: { matchLabels: { app: 'web' } },
          template: {
            metadata: { labels: { app: 'web' } },
            spec: { containers: [{ name: 'main', image: 'registry.example/app:1' }] },
          },
        },
      });
      await until('the Deployment to be available', async () => {
        const found = await client.get({
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          namespace: 'default',
          name: 'web',
        });
        return (found.status as { availableReplicas?: number } | undefined)?.availableReplicas === 3;
      });
    });
  });

  it('stops without a trace in the process table, and starts again with its data, ports and new sizes', async () => {
    await using root = new LabRoot();
    const events: LabEvent[] = [];
    const lab = await startLab({ directory: root.lab('stopped') });
    await withClient(lab, (client) => apply(client, configMap('kept', 'before')));
    assert.equal(processesOf(lab.directory).length, componentNames.length);

    assert.equal(await stopLab(lab.directory, { report: (event) => events.push(event) }), true);
    assert.deepEqual(processesOf(lab.directory), []);
    const stopped = events.filter(({ step }) => step === 'stopped').map(({ component }) => component);
    assert.deepEqual(stopped.slice(-2), ['kube-apiserver', 'etcd']);
    assert.equal(stopped.length, componentNames.length);
    assert.equal(await stopLab(lab.directory), false);

    const nodes = { countPerZone: 2, cpu: '32', memory: '128Gi' };
    const larger = await startLab({ directory: lab.directory, nodes });
    assert.equal(larger.server, lab.server);
    assert.equal(await remembered(larger, 'kept'), 'before');
    const sizes = (started: Lab) =>
      withClient(started, async (client) =>
        (await client.list({ apiVersion: 'v1', kind: 'Node' })).map(
          (node) => (node.status as { allocatable: Record<string, string> }).allocatable.cpu,
        ),
      );
    assert.deepEqual(await sizes(larger), Array(6).fill('32'));

    // Sizes are remembered, and can shrink.
    assert.deepEqual(await sizes(await startLab({ directory: lab.directory })), Array(6).fill('32'));
    const smaller = await startLab({ directory: lab.directory, nodes: { ...nodes, countPerZone: 1 } });
    assert.deepEqual(await sizes(smaller), Array(3).fill('32'));

    // Another program, as after an upgrade, takes over from the one that runs.
    const { kwok } = await ensureTools(['kwok']);
    process.env.NINEFOLD_KWOK = join(root.directory, 'other-kwok');
    symlinkSync(kwok, process.env.NINEFOLD_KWOK);
    const upgraded = await startLab({ directory: lab.directory });
    assert.deepEqual({ ...upgraded.pids, kwok: 0 }, { ...smaller.pids, kwok: 0 });
    assert.notEqual(upgraded.pids.kwok, smaller.pids.kwok);
  });

  it('goes on beside another lab', async () => {
    await using root = new LabRoot();
    const [one, two] = await Promise.all([
      startLab({ directory: root.lab('one') }),
      startLab({ directory: root.lab('two') }),
    ]);
    assert.notEqual(one.server, two.server);
    await withClient(one, (client) => apply(client, configMap('mine', 'one')));
    assert.equal(await remembered(one, 'mine'), 'one');
    await assert.rejects(remembered(two, 'mine'), /not found/);
    assert.deepEqual(
      (await listLabs(root.directory)).map(({ name, ready }) => [name, ready]),
      [
        ['one', true],
        ['two', true],
      ],
    );

    await removeLab(one.directory);
    assert.equal(existsSync(one.directory), false);
    assert.deepEqual(processesOf(one.directory), []);
    assert.equal(await findLab(root.directory, 'one'), undefined);
    assert.equal((await findLab(root.directory, 'two'))?.ready, true);
  });

  it('begins once when two starts meet', async () => {
    await using root = new LabRoot();
    const directory = root.lab('twice');
    const [first, second] = await Promise.all([startLab({ directory }), startLab({ directory })]);
    assert.deepEqual(first, second);
    assert.equal(processesOf(directory).length, componentNames.length);
  });

  it('leaves alone a process that only has the same arguments', async () => {
    await using root = new LabRoot();
    const directory = root.lab('alike');
    const alike = spawn(process.execPath, [
      '-e',
      'console.log("runs"); setInterval(() => {}, 1000)',
      '--',
      `--data-dir=${directory}/etcd`,
    ]);
    try {
      await once(alike.stdout, 'data');
      const lab = await startLab({ directory });
      assert.notEqual(lab.pids.etcd, alike.pid);
      await stopLab(directory);
      assert.equal(alike.exitCode ?? alike.signalCode, null);
    } finally {
      alike.kill();
    }
  });

  it('goes on at another port when its own is taken', async () => {
    await using root = new LabRoot();
    const lab = await startLab({ directory: root.lab('moved') });
    await withClient(lab, (client) => apply(client, configMap('kept', 'before')));
    await stopLab(lab.directory);
    const intruder = createServer().listen(Number(new URL(lab.server).port), '127.0.0.1');
    try {
      await once(intruder, 'listening');
      const moved = await startLab({ directory: lab.directory });
      assert.notEqual(moved.server, lab.server);
      assert.equal(await remembered(moved, 'kept'), 'before');
    } finally {
      intruder.close();
    }
  });

  it('tells every option that is not allowed', async () => {
    await using root = new LabRoot();
    const nodes = { countPerZone: 0, cpu: 'many', memory: '64Gi' };
    await assert.rejects(startLab({ directory: root.lab('Not_A_Name'), nodes }), (error) => {
      assert.ok(error instanceof LabError);
      assert.match(error.message, /name: "Not_A_Name" must match/);
      assert.match(error.message, /nodes\.countPerZone: 0 is not allowed/);
      assert.match(error.message, /nodes\.cpu: "many" is not allowed: a quantity/);
      return true;
    });
  });
});

describe('a start that meets trouble', () => {
  /** A shell script in the place of a program. */
  function script(root: LabRoot, name: string, text: string): string {
    const path = join(root.directory, '.programs', name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, `#!/bin/bash\n${text}\n`, { mode: 0o755 });
    return path;
  }

  it('names the component that failed, shows the end of its log, and leaves nothing running', async () => {
    await using root = new LabRoot();
    process.env.NINEFOLD_KWOK = script(root, 'kwok', 'echo "no simulation today" >&2; exit 3');
    await assert.rejects(startLab({ directory: root.lab('broken') }), (error) => {
      assert.ok(error instanceof LabError);
      assert.match(error.message, /kwok ended while the lab was starting/);
      assert.match(error.message, /logs\/kwok\.log:\n {2}no simulation today/);
      assert.match(error.message, /Run again/);
      return true;
    });
    assert.deepEqual(processesOf(root.lab('broken')), []);
  });

  it('chooses another port when a program takes it before etcd does', async () => {
    await using root = new LabRoot();
    const { etcd } = await ensureTools(['etcd']);
    const intruder = join(root.directory, 'intruder.cjs');
    writeFileSync(
      intruder,
      `const [, , port, mark] = process.argv;
       require('node:net').createServer().listen(Number(port), '127.0.0.1', () => require('node:fs').writeFileSync(mark, ''));`,
    );
    const mark = join(root.directory, 'taken');
    process.env.NINEFOLD_ETCD = script(
      root,
      'etcd',
      // Asked for its version, it only answers.
      `for argument in "$@"; do case "$argument" in --listen-client-urls=*) port="\${argument##*:}";; esac; done
       if [ -n "$port" ] && [ ! -e '${mark}' ]; then
         '${process.execPath}' '${intruder}' "$port" '${mark}' &
         until [ -e '${mark}' ]; do sleep 0.05; done
       fi
       exec -a etcd '${etcd}' "$@"`,
    );
    const notices: LabEvent[] = [];
    const report = (event: LabEvent) => {
      if (event.step === 'notice') notices.push(event);
    };
    const lab = await startLab({ directory: root.lab('raced'), report });
    assert.deepEqual(
      notices.map(({ component }) => component),
      ['etcd'],
    );
    assert.equal(lab.ready, true);
  });

  it('can be given up, and leaves nothing running', async () => {
    await using root = new LabRoot();
    const giveUp = new AbortController();
    const report = ({ component }: LabEvent) => {
      if (component === 'kube-apiserver') giveUp.abort();
    };
    const directory = root.lab('abandoned');
    await assert.rejects(startLab({ directory, report, signal: giveUp.signal }), { name: 'AbortError' });
    assert.deepEqual(processesOf(directory), []);
  });
});
