import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { secretsNamespace } from '../components/secrets/shared/names.ts';
import { stateSecret } from '../components/secrets/shared/program/desired.ts';
import type { Passed } from './support/vault/forwarder.ts';
import { vault } from './support/vault/server.ts';
import { type Ended, type RunOptions, type SecretsWorld, startSecretsWorld } from './support/vault/world.ts';

const orders = {
  name: 'orders',
  namespace: 'commerce',
  serviceAccount: 'orders',
  secrets: [{ name: 'session', keys: ['key'], generated: true, mountPath: '/run/session' }],
  transitKeys: ['addresses'],
  certificates: true,
};

const state = { apiVersion: 'v1', kind: 'Secret', namespace: secretsNamespace, name: stateSecret };

/** A change without what is the service's or the object's own name, so that one of each kind is tried. */
function kindOf({ method, path }: Passed): string {
  const sorted = path.replace(/^\/api\/v1\/namespaces\/[^/]+/, '').replace(/^\/v1/, '');
  return `${method} ${sorted.replace(/(\/(?:acl|role|roles|keys|data)\/)[^/]+/, '$1*')}`;
}

describe('initialising a real Vault', { skip: 'problem' in vault ? vault.problem : false }, () => {
  let world: SecretsWorld;
  let said = '';
  const run = async (options?: RunOptions): Promise<Ended> => {
    const ended = await world.run(options);
    said += ended.output;
    return ended;
  };

  before(async () => {
    world = await startSecretsWorld({});
    await world.bind(orders);
  });
  after(() => world?.stop());

  test('goes on wherever it was killed: after each kind of change, made and never heard of', async () => {
    const changes: string[] = [];
    const unheard: string[] = [];
    const kill = (change: Passed) => {
      const kind = kindOf(change);
      changes.push(kind);
      // The state is written at four different steps.
      const times = unheard.filter((one) => one === kind).length;
      if (times >= (kind.includes('/secrets') ? 4 : 1)) return false;
      unheard.push(kind);
      return true;
    };
    for (let runs = 0; ; runs++) {
      assert.ok(runs < 100, 'it never ends');
      const { code, output } = await run({ kill });
      if (code === 0) break;
      assert.equal(code, null, output);
      await world.expireLease();
    }
    // The keys that nobody heard of, on a disk that was thrown away, and those that are kept.
    assert.equal(changes.filter((change) => change === 'POST /sys/init').length, 2);
    assert.equal(unheard.filter((change) => change.includes('/secrets')).length, 6);
    for (const kind of ['DELETE /pods/vault-0', 'POST /auth/token/revoke-self', 'POST /sys/policies/acl/*']) {
      assert.ok(unheard.includes(kind), `${kind} is not among ${unheard.join(', ')}`);
    }
    assert.deepEqual(Object.keys(await world.state()).sort(), ['phase', 'shares']);
    assert.match((await run()).output, /nothing to change/);
  });

  test('leaves no token that may do everything', async () => {
    const root = await world.makeRoot();
    const own = (await root.read('auth/token/lookup-self'))?.accessor;
    const accessors = (await root.read('auth/token/accessors?list=true'))?.keys as string[];
    const policies = new Map<unknown, unknown>();
    for (const accessor of accessors) {
      const answer = await root.ask('POST', 'auth/token/lookup-accessor', { accessor });
      policies.set(accessor, (answer as { data: { policies: string[] } }).data.policies);
    }
    assert.deepEqual(policies.get(own), ['root']);
    assert.ok(policies.size > 1, 'the program’s own tokens are there too');
    policies.delete(own);
    assert.ok([...policies.values()].flat().every((policy) => policy === 'configurator'));
    await root.ask('POST', 'auth/token/revoke-self');
  });

  test('unseals what restarted', async () => {
    await world.vault.restart();
    assert.equal((await world.as().sealStatus()).sealed, true);
    const { code, output } = await run();
    assert.equal(code, 0, output);
    assert.equal((await world.as().sealStatus()).sealed, false);
  });

  test('is made by one of two runs that begin at the same time', async () => {
    const [one, other] = await Promise.all([run(), run()]);
    assert.deepEqual([one.code, other.code], [0, 0], one.output + other.output);
  });

  test('never touches a server of whose keys nothing is known', async () => {
    const kept = await world.kubernetes.get(state);
    await world.kubernetes.delete(state);
    const { code, output } = await run();
    assert.equal(code, 1);
    assert.match(output, /holds data of which nothing is known/);
    const { name, namespace } = kept.metadata;
    await world.kubernetes.create({ ...kept, metadata: { name, ...(namespace ? { namespace } : {}) } });
    assert.match((await run()).output, /nothing to change/);
  });

  test('begins again with a first token that people made, when the program can no longer log in', async () => {
    const root = await world.makeRoot();
    await root.ask('DELETE', 'auth/kubernetes/role/configurator');
    assert.equal((await run()).code, 1);
    const data = { phase: base64('initialised'), rootToken: base64(root.token ?? '') };
    await world.kubernetes.patch(state, { data });
    const { code, output } = await run();
    assert.equal(code, 0, output);
    assert.equal(await root.isValid(), false);
    assert.equal((await world.state()).phase, 'ready');
  });

  test('leaves a sealed server to the people who hold its keys', async () => {
    const shares = (await world.state()).shares?.split('\n') ?? [];
    assert.equal(shares.length, 3);
    await world.kubernetes.patch(state, [{ op: 'remove', path: '/data/shares' }], { type: 'json' });
    await world.vault.restart();
    const { code, output } = await run({ unsealing: 'people' });
    assert.equal(code, 1);
    assert.match(output, /the people who hold them must unseal it/);
    for (const share of shares.slice(0, 2)) await world.as().unseal(share);
    assert.match((await run({ unsealing: 'people' })).output, /nothing to change/);
    for (const share of shares) {
      assert.ok(!said.includes(share), 'a share is in the log of the program');
      assert.ok(!world.vault.output().includes(share), 'a share is in the record of requests');
    }
  });
});

function base64(value: string): string {
  return Buffer.from(value).toString('base64');
}
