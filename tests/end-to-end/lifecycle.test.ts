import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Status } from '../../scripts/actions/status.ts';
import type { LayerResult } from '../../scripts/engine/layer-run.ts';
import type { UpSummary } from '../../scripts/terminal/up-summary.ts';
import { assertNoDuplicates, ourObjects } from './support/cluster.ts';
import { environmentWith } from './support/environments.ts';
import { Workbench } from './support/workbench.ts';

/** What `preview --json` prints. */
interface Preview {
  changed: boolean;
  layers: LayerResult[];
}

const bench = new Workbench();
after(() => bench[Symbol.asyncDispose]());

const chosen = { certificates: 'on', secrets: 'on', streaming: 'on' };
bench.writeEnvironment('life', environmentWith(chosen));

const environment = ['--env', 'life'];

/** The logical names of everything that a run changed. */
function changed({ layers }: Pick<UpSummary, 'layers'>): string[] {
  return layers.flatMap(({ changes }) => changes.map(({ change, name }) => `${change} ${name}`));
}

test('up brings a platform to an empty machine and says what it did', async () => {
  const outcome = await bench.run('up', ...environment);
  assert.equal(outcome.code, 0, outcome.stderr);
  assert.match(outcome.stdout, /^life: profile minimal on the lab "life"/);
  assert.match(outcome.stdout, /certificates {2}cert-manager/);
  assert.match(outcome.stdout, /life is up/);
  assert.match(outcome.stdout, /Permissive definitions/);
  assert.match(outcome.stderr, /platform: \d+ created/);
  const client = await bench.connect('life');
  await assertNoDuplicates(client, 'life');
  await client.close();
});

test('status tells what stands, how it is, and where it is reached', async () => {
  const status = await bench.json<Status>('status', ...environment);
  assert.equal(status.running, true);
  assert.deepEqual(
    status.capabilities.map(({ capability, health }) => [capability, health.state]),
    [
      ['certificates', 'accepted'],
      ['secrets', 'accepted'],
      ['streaming', 'accepted'],
    ],
  );
  assert.ok(status.capabilities.every(({ health }) => health.objects > 0));
  assert.match(
    Object.values(status.capabilities[2]?.endpoints ?? {}).join(' '),
    /ninefold-streaming\.svc:\d+/,
  );
  assert.ok(status.standIns.length > 0);
  assert.ok(status.permissiveDefinitions.length > 0);
  assert.deepEqual(status.strays, []);
});

test('a second up changes nothing', async () => {
  const summary = await bench.json<UpSummary>('up', ...environment);
  assert.deepEqual(changed(summary), []);
  for (const { counts } of summary.layers) assert.deepEqual(Object.keys(counts), ['same']);
});

test('changing one setting touches only what follows from it', async () => {
  bench.writeEnvironment('life', environmentWith({ ...chosen, certificates: { webhook: { replicas: 2 } } }));
  const preview = await bench.json<Preview>('preview', ...environment);
  const summary = await bench.json<UpSummary>('up', ...environment);
  assert.ok(changed(summary).length > 0);
  assert.deepEqual(changed(summary).sort(), changed(preview).sort());
  for (const one of changed(summary)) assert.match(one, /certificates-.*webhook/);
});

test('a refresh after up finds no drift', async () => {
  const preview = await bench.json<Preview>('preview', ...environment, '--refresh');
  assert.equal(preview.changed, false, JSON.stringify(preview.layers.flatMap(({ changes }) => changes)));
});

test('what was changed and deleted by hand is seen and repaired', async () => {
  const client = await bench.connect('life');
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    namespace: 'ninefold-certificates',
    name: 'cert-manager',
  };
  const policy = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    namespace: 'ninefold-certificates',
    name: 'default-deny',
  };
  await client.patch(deployment, { spec: { replicas: 3 } });
  await client.delete(policy);
  const preview = await bench.json<Preview>('preview', ...environment, '--refresh');
  assert.deepEqual(changed(preview).sort(), [
    'create ninefold-certificates-default-deny',
    'update certificates-cert-manager-deployment-cert-manager',
  ]);
  await bench.json<UpSummary>('up', ...environment, '--refresh');
  const repaired = await client.get(deployment);
  assert.equal((repaired.spec as { replicas: number }).replicas, 1);
  assert.ok(await client.find(policy));
  await client.close();
});

test('up brings back what vanished, and reports what carries our label and is in no state', async () => {
  const client = await bench.connect('life');
  const labels = { 'ninefold.dev/environment': 'life' };
  const stray = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'stray', namespace: 'default', labels },
  };
  await client.create(stray);
  const account = {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    namespace: 'ninefold-certificates',
    name: 'cert-manager',
  };
  await client.delete(account);
  const summary = await bench.json<UpSummary>('up', ...environment);
  assert.deepEqual(summary.strays, ['v1 ConfigMap default/stray']);
  assert.deepEqual(summary.missing, []);
  assert.deepEqual(changed(summary), ['create certificates-cert-manager-serviceaccount-cert-manager']);
  assert.ok(await client.find(account));
  await client.close();
});

test('down leaves nothing of ours, and says what data went', async () => {
  const outcome = await bench.run('down', ...environment, '--yes', '--keep-lab');
  assert.equal(outcome.code, 0, outcome.stderr);
  assert.match(outcome.stdout, /This data is lost:\n(.*\n)*.*KafkaNodePool.*: the messages/);
  assert.match(outcome.stdout, /Nothing of ours is left in the cluster/);
  const client = await bench.connect('life');
  assert.deepEqual(await ourObjects(client, 'life'), []);
  await client.close();
});

test('down again says that there is nothing, and up after it works', async () => {
  const again = await bench.run('down', ...environment, '--yes', '--keep-lab');
  assert.equal(again.code, 0, again.stderr);
  const summary = await bench.json<UpSummary>('up', ...environment);
  assert.deepEqual(summary.strays, []);
  assert.ok(summary.layers.every(({ counts }) => counts.create && !counts.same));
});

test('down takes the lab with it', async () => {
  const outcome = await bench.run('down', ...environment, '--yes');
  assert.equal(outcome.code, 0, outcome.stderr);
  assert.deepEqual(await bench.json('lab', 'list'), []);
});
