import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, test } from 'node:test';
import { environmentWith } from './support/environments.ts';
import { Workbench } from './support/workbench.ts';

const bench = new Workbench();
after(() => bench[Symbol.asyncDispose]());

bench.writeEnvironment('guarded', environmentWith({ certificates: 'on' }, { protection: true }));
const guarded = ['--env', 'guarded'];

/** What must be said of each kind of bad settings. */
const badSettings: Record<string, { content: string; says: RegExp[] }> = {
  'an unknown key and a wrong type at once': {
    content:
      'profile: minimal\ndomain: 7\nspeed: high\ncapabilities:\n  certificates: { webhook: { replicas: many } }\n',
    says: [
      /speed: no such setting/,
      /domain: has the wrong type/,
      /capabilities\.certificates\.webhook\.replicas/,
    ],
  },
  'a requirement that is off': {
    content: 'profile: minimal\ncapabilities: { certificates: off, streaming: on }\n',
    says: [/capabilities\.streaming/, /certificates/],
  },
  'a version that does not fit': {
    content: 'profile: minimal\ncluster: { kind: lab, version: "1.20" }\n',
    says: [/cluster\.version/, /cert-manager/],
  },
  'a size that no node has': {
    content:
      'profile: minimal\ncapabilities:\n  certificates: { controller: { replicas: 5, resources: { cpu: "64", memory: 64Gi } } }\n',
    says: [/ask for more than the nodes of the cluster have/],
  },
  'an exception that has run out': {
    content:
      'profile: minimal\nexceptions:\n  - { rule: egress, capability: certificates, to: 192.0.2.0/24, reason: a test of the date, until: 2020-01-01 }\n',
    says: [/exceptions\.0\.until: the exception has run out/],
  },
  'broken YAML': { content: 'profile: [minimal\n', says: [/correct the YAML/] },
};

for (const [what, { content, says }] of Object.entries(badSettings)) {
  test(`settings with ${what} are refused before anything is started`, async () => {
    bench.writeEnvironment('bad', content);
    const outcome = await bench.run('up', '--env', 'bad');
    assert.equal(outcome.code, 2, outcome.stdout + outcome.stderr);
    for (const pattern of says) assert.match(outcome.stderr, pattern);
    assert.match(outcome.stderr, /bad\.yaml: \d+ problems?/);
    assert.equal(outcome.stdout, '');
    assert.ok(!existsSync(bench.home));
  });
}

test('an unknown command, an unknown option and an unknown environment are wrong input', async () => {
  for (const command of [
    ['fly'],
    ['up', '--fast'],
    ['up', '--env', 'nowhere'],
    ['kubeconfig', '--name', 'nowhere'],
  ]) {
    const outcome = await bench.start(...command).outcome;
    assert.equal(outcome.code, 2, `${command.join(' ')}: ${outcome.stderr}`);
    assert.notEqual(outcome.stderr, '');
  }
});

test('a program that can not be had ends with the code for the environment, and says how to get it', async () => {
  const without = new Workbench({ environment: { NINEFOLD_ETCD: '/nowhere/etcd' } });
  without.writeEnvironment('lost', 'profile: minimal\n');
  const outcome = await without.run('up', '--env', 'lost');
  assert.equal(outcome.code, 3, outcome.stderr);
  assert.match(
    outcome.stdout,
    /^lost: profile minimal/,
    'the plan is shown before the toolchain is looked at',
  );
  assert.match(outcome.stderr, /NINEFOLD_ETCD=\/nowhere\/etcd/);
  assert.match(outcome.stderr, /fix:/);
  await without[Symbol.asyncDispose]();
});

test('down of what does not exist says so', async () => {
  const outcome = await bench.run('down', ...guarded, '--yes');
  assert.equal(outcome.code, 0, outcome.stderr);
  assert.match(outcome.stdout, /There is nothing of guarded/);
});

test('down asks, and where nobody can be asked wants --yes', async () => {
  const brought = await bench.run('up', ...guarded);
  assert.equal(brought.code, 0, brought.stderr);
  const outcome = await bench.run('down', ...guarded, '--unprotect');
  assert.equal(outcome.code, 2);
  assert.match(outcome.stderr, /Say --yes/);
});

test('a layer on which another stands is not taken down', async () => {
  const outcome = await bench.run('down', ...guarded, '--yes', '--unprotect', '--layer', 'foundation');
  assert.equal(outcome.code, 2);
  assert.match(outcome.stderr, /platform stands on foundation/);
  assert.match(outcome.stderr, /down --layer platform/);
});

test('what is protected is named, with the way to lift the protection', async () => {
  const outcome = await bench.run('down', ...guarded, '--yes');
  assert.equal(outcome.code, 2);
  assert.match(outcome.stderr, /Certificate ninefold-certificates\/ninefold-authority/);
  assert.match(outcome.stderr, /--unprotect/);
});

test('a lab holds one environment', async () => {
  bench.writeEnvironment('other', 'profile: minimal\n');
  const outcome = await bench.run('up', '--env', 'other', '--name', 'guarded');
  assert.equal(outcome.code, 2);
  assert.match(outcome.stderr, /the environment "guarded" runs in this lab/);
});

test('a finalizer that nobody clears stops down with its name and the fix; down again goes on', async () => {
  const client = await bench.connect('guarded');
  const authority = {
    apiVersion: 'cert-manager.io/v1',
    kind: 'Certificate',
    namespace: 'ninefold-certificates',
    name: 'ninefold-authority',
  };
  await client.patch(authority, { metadata: { finalizers: ['example.org/never'] } });
  bench.variables.NINEFOLD_DELETE_TIMEOUT_SECONDS = '2';
  const stuck = await bench.run('down', ...guarded, '--yes', '--unprotect');
  assert.equal(stuck.code, 1);
  assert.match(
    stuck.stderr,
    /certificates-authority \(cert-manager\.io\/v1 Certificate, part of ninefold:certificates:CertManager\)/,
  );
  assert.match(stuck.stderr, /finalizer example\.org\/never/);
  assert.match(stuck.stderr, /kubectl patch certificates\.cert-manager\.io ninefold-authority/);
  delete bench.variables.NINEFOLD_DELETE_TIMEOUT_SECONDS;
  await client.patch(authority, { metadata: { finalizers: null } });
  await client.close();
  const outcome = await bench.run('down', ...guarded, '--yes', '--unprotect');
  assert.equal(outcome.code, 0, outcome.stderr);
  assert.match(outcome.stdout, /Nothing of ours is left in the cluster/);
});
