import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { stringify } from 'yaml';
import { registry } from '../components/registry.ts';
import { Workbench } from './end-to-end/support/workbench.ts';

const root = join(import.meta.dirname, '..');
const bench = new Workbench();
after(() => bench[Symbol.asyncDispose]());

const commands = [
  'up',
  'preview',
  'status',
  'down',
  'vendor',
  'doctor',
  'kubeconfig',
  'settings',
  'catalogue',
  'recovery-plan',
  'new',
];

const inner = [
  ['lab', 'start'],
  ['lab', 'stop'],
  ['lab', 'list'],
  ['new', 'capability'],
  ['new', 'implementation'],
];

for (const command of [...commands.map((one) => [one]), ...inner]) {
  test(`${command.join(' ')} explains itself with an example`, async () => {
    const outcome = await bench.start(...command, '--help').outcome;
    assert.equal(outcome.code, 0);
    assert.match(outcome.stdout, new RegExp(`Examples?:\\n(.*\\n)*.*ninefold ${command.join(' ')}`));
  });
}

test('the help lists every command', async () => {
  const { stdout } = await bench.start('--help').outcome;
  for (const command of [...commands, 'lab']) assert.match(stdout, new RegExp(`^  ${command} `, 'm'));
});

test('the catalogue has every implementation with version, licence and source', async () => {
  const entries =
    await bench.json<
      { capability: string; implementations: { name: string; upstreams: Record<string, string>[] }[] }[]
    >('catalogue');
  assert.deepEqual(
    entries.map(({ capability, implementations }) => [capability, implementations.map(({ name }) => name)]),
    registry.map(({ capability, implementations }) => [
      capability.name,
      implementations.map(({ name }) => name),
    ]),
  );
  for (const { implementations } of entries) {
    for (const upstream of implementations.flatMap(({ upstreams }) => upstreams)) {
      assert.ok(upstream.version && upstream.licence && upstream.source && upstream.origin);
    }
  }
});

test('settings say where each value comes from', async () => {
  bench.writeEnvironment(
    'origins',
    'profile: small\ndomain: example.org\ncapabilities:\n  certificates: { webhook: { replicas: 3 } }\n',
  );
  const settings = await bench.json<{ path: string; value: unknown; from: string }[]>(
    'settings',
    '--env',
    'origins',
  );
  const found = new Map(settings.map(({ path, value, from }) => [path, [value, from]]));
  assert.deepEqual(found.get('domain'), ['example.org', 'file']);
  assert.deepEqual(found.get('cluster.kind'), ['lab', 'default']);
  assert.deepEqual(found.get('protection'), [false, 'profile small']);
  assert.deepEqual(found.get('capabilities.certificates.use'), ['cert-manager', 'default']);
  assert.deepEqual(found.get('capabilities.certificates.webhook.replicas'), [3, 'file']);
  assert.deepEqual(found.get('capabilities.certificates.controller.replicas'), [1, 'profile small']);
});

test('the schema that settings print is the one that editors use', async () => {
  const { stdout } = await bench.start('settings', '--schema').outcome;
  const kept = readFileSync(join(root, 'stacks/environment.schema.json'), 'utf8');
  assert.deepEqual(JSON.parse(stdout), JSON.parse(kept));
});

test('doctor looks at every program and at the machine', async () => {
  const { checks } = await bench.json<{ healthy: boolean; checks: { name: string; state: string }[] }>(
    'doctor',
  );
  const names = checks.map(({ name }) => name);
  for (const name of [
    'node',
    'pulumi',
    'etcd',
    'kube-apiserver',
    'kwok',
    'disk',
    'memory',
    'ports',
    'mirror',
  ]) {
    assert.ok(names.includes(name), `${name} is not looked at`);
  }
});

test('a mirror that is not there is a problem of the machine', async () => {
  bench.variables.NINEFOLD_MIRROR = '/nowhere';
  const outcome = await bench.start('doctor', '--json').outcome;
  bench.variables.NINEFOLD_MIRROR = bench.directory;
  assert.equal(outcome.code, 3);
  assert.match(outcome.stdout, /correct NINEFOLD_MIRROR/);
});

test('vendoring is checked against the code without a network', async () => {
  const checked = await bench.json<{ agrees: boolean; findings: unknown[]; unasked: unknown[] }>(
    'vendor',
    '--check',
    '--offline',
  );
  assert.deepEqual(checked.findings, []);
  assert.equal(checked.agrees, true);
});

test('vendoring what no environment installs is wrong input, with what there is', async () => {
  const outcome = await bench.start('vendor', 'nothing').outcome;
  assert.equal(outcome.code, 2);
  assert.match(outcome.stderr, /allowed .*cert-manager/);
});

test('a cluster of the user’s gets what is missing first, and says what it could not get', async () => {
  bench.writeEnvironment('mine', 'profile: small\ncluster: { kind: existing, context: nowhere }\n');
  bench.variables.NINEFOLD_VENDOR = join(bench.directory, 'vendor');
  const outcome = await bench.run('up', '--env', 'mine', '--yes');
  delete bench.variables.NINEFOLD_VENDOR;
  assert.equal(outcome.code, 3);
  assert.match(outcome.stderr, /cert-manager\.unreachable: the mirror does not have it/);
  assert.match(outcome.stderr, /strimzi\.unreachable/);
});

describe('recovery-plan', () => {
  const backup = {
    destination: 's3://example-backups/production',
    credentials: { kind: 'pod-identity', roleArn: 'arn:aws:iam::123456789012:role/backups' },
  };
  bench.writeEnvironment(
    'kept',
    stringify({ profile: 'production', capabilities: { database: { backup } } }),
  );
  bench.writeEnvironment('unkept', 'profile: minimal\ncapabilities: { streaming: off }\n');

  test('prints what to do, for people and for scripts', async () => {
    const time = '2030-05-04T10:20:00Z';
    const text = await bench.run('recovery-plan', '--env', 'kept', '--to', time);
    assert.equal(text.code, 0, text.stderr);
    assert.match(text.stdout, /^# Recovering postgresql in kept\n/);
    const { runbook, settings, objects } = await bench.json<{
      runbook: string;
      settings: { name: string; recovery: object };
      objects: { kind: string; metadata: { name: string } }[];
    }>('recovery-plan', 'database', '--env', 'kept', '--to', time);
    assert.equal(runbook, text.stdout);
    assert.deepEqual(settings, {
      name: 'postgresql-2',
      recovery: { server: 'postgresql', targetTime: time },
    });
    assert.deepEqual(
      objects.map(({ kind, metadata }) => [kind, metadata.name]),
      [['Cluster', 'postgresql-2']],
    );
  });

  for (const [what, given, says] of [
    [
      'without backups and without a moment, both at once',
      ['--env', 'unkept', '--to', 'yesterday'],
      /capabilities\.database\.backup: the cluster has no backups[^]*--to: is not a moment/,
    ],
    ['of what is off', ['streaming', '--env', 'unkept'], /capability: it is not on[^]*allowed {2}database/],
    ['of what keeps nothing', ['mesh', '--env', 'unkept'], /capability: it has no backups of its own/],
  ] as const) {
    test(`refuses a recovery ${what}`, async () => {
      const outcome = await bench.run('recovery-plan', ...given);
      assert.equal(outcome.code, 2, outcome.stdout);
      assert.match(outcome.stderr, says);
      assert.equal(outcome.stdout, '');
    });
  }
});
