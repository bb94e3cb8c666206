/**
 * Runs the program itself, as a process, as the cluster does. The servers are doubles: this is about what the
 * program does when it is killed, not about what the server makes of its requests.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { vaultProduct } from '../../vault/index.ts';
import { platformConfiguration } from '../platform-state.ts';
import { secretsSizes } from '../settings.ts';
import { clientLabel, dataKey, type Desired, stateSecret } from './desired.ts';
import { type Asked, ClusterDouble, makeIdentity, serve, ServerDouble } from './test-support/servers.ts';

const identity = await makeIdentity();
const directory = mkdtempSync(join(tmpdir(), 'ninefold-secrets-'));
const servers: Server[] = [];
after(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  rmSync(directory, { recursive: true });
});

const loginToken = 'the token of the configurator';
const client: Desired[] = [
  { kind: 'generated', mount: 'kv', path: 'services/commerce/orders/session', keys: ['key'] },
  { kind: 'entry', path: 'sys/policies/acl/orders.commerce', body: { policy: 'path "a" {}' } },
];

/** A cluster with an empty server in it, and a way to run the program there. */
async function makeWorld(unsealing: 'stored-keys' | 'people' = 'stored-keys') {
  const cluster = new ClusterDouble();
  const server = new ServerDouble(loginToken);
  const disk = () => {
    cluster.put('persistentvolumeclaims/data-vault-0', { metadata: { name: 'data-vault-0' } });
    cluster.put('pods/vault-0', { metadata: { name: 'vault-0' } });
  };
  disk();
  cluster.onEmptied = () => {
    // The disk goes with the pod, or not at all.
    if (!cluster.objects.has('persistentvolumeclaims/data-vault-0')) server.empty();
    disk();
  };
  const wanted = { name: 'client-orders.commerce', labels: { [clientLabel]: 'true' } };
  cluster.put(`configmaps/${wanted.name}`, { metadata: wanted, data: { [dataKey]: JSON.stringify(client) } });

  let process_: ChildProcess | undefined;
  let killAfter: (asked: Asked) => boolean = () => false;
  const interruption = (asked: Asked) => {
    if (asked.path.includes('/leases') || !killAfter(asked)) return true;
    process_?.kill('SIGKILL');
    return false;
  };
  const api = await serve(identity, (asked) => cluster.answer(asked), interruption);
  const node = await serve(identity, (asked) => server.answer(asked), interruption);
  servers.push(api.server, node.server);

  const settings = { ...secretsSizes.small, unsealing };
  const configuration = platformConfiguration(vaultProduct, settings, { nodes: [node.url] });
  const file = (name: string, text: string) => {
    const path = join(directory, `${new URL(node.url).port}-${name}`);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  const environment = {
    NAMESPACE: 'ninefold-secrets',
    CONFIGURATION_FILE: file('desired.json', JSON.stringify(configuration)),
    SERVER_AUTHORITY_FILE: file('ca.crt', identity.certificate),
    LOGIN_TOKEN_FILE: file('token', loginToken),
    KUBERNETES_URL: api.url,
    KUBERNETES_AUTHORITY_FILE: file('ca.crt', identity.certificate),
    KUBERNETES_TOKEN_FILE: file('api-token', 'token'),
    PATIENCE_SECONDS: '60',
    LEASE_SECONDS: '1',
  };

  /** Runs the program to its end; with a rule, kills it after the first change that the rule names, unanswered. */
  async function run(kill: (asked: Asked) => boolean = () => false) {
    killAfter = kill;
    const { promise, resolve } = Promise.withResolvers<number | null>();
    process_ = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], { env: environment });
    let output = '';
    process_.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
    process_.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
    process_.on('close', (code) => resolve(code));
    return { code: await promise, output };
  }
  const state = () => {
    const { data = {} } = cluster.objects.get(`secrets/${stateSecret}`) ?? {};
    return Object.fromEntries(
      Object.entries(data).map(([key, text]) => [key, Buffer.from(text, 'base64').toString('utf8')]),
    );
  };
  return { cluster, server, run, state };
}

describe('the configuration program', () => {
  test('initialises, sets everything up, forgets the first token, and changes nothing the second time', async () => {
    const { server, run, state } = await makeWorld();
    const first = await run();
    assert.equal(first.code, 0, first.output);
    assert.equal(server.sealed, false);
    assert.equal(server.rootToken, undefined);
    assert.deepEqual(Object.keys(state()).sort(), ['phase', 'shares']);
    assert.equal(state().phase, 'ready');
    assert.ok(server.model.read('sys/policies/acl/orders.commerce'));
    const second = await run();
    assert.match(second.output, /nothing to change/);
    for (const secret of [...server.shares, loginToken]) {
      assert.ok(!(first.output + second.output).includes(secret), 'a secret is in the log');
    }
  });

  test('goes on wherever it was killed: each change is made once without its answer being heard', async () => {
    const { server, run, state } = await makeWorld();
    const seen = new Set<string>();
    const killOnce = ({ method, path }: Asked) => {
      const change = `${method} ${path}`;
      if (seen.has(change)) return false;
      seen.add(change);
      return true;
    };
    let kills = 0;
    for (let code: number | null = null; code !== 0; kills++) {
      assert.ok(kills < 150, 'it never ends');
      const ended = await run(killOnce);
      code = ended.code;
      assert.ok(code === 0 || code === null, ended.output);
    }
    assert.ok(kills > 25, `it was killed ${kills} times`);
    // The keys that nobody heard of, and those that are kept.
    assert.equal(server.initialisations, 2);
    assert.equal(state().shares, server.shares.join('\n'));
    assert.equal(server.rootToken, undefined);
    assert.match((await run()).output, /nothing to change/);
  });

  test('unseals what restarted, and repairs what was changed by hand', async () => {
    const { server, run } = await makeWorld();
    await run();
    server.sealed = true;
    server.model.write('POST', 'auth/kubernetes/role/orders.commerce', {
      bound_service_account_names: ['*'],
    });
    server.model.write('POST', 'sys/policies/acl/orders.commerce', { policy: 'path "*" {}' });
    const { output, code } = await run();
    assert.equal(code, 0, output);
    assert.equal(server.sealed, false);
    assert.deepEqual(server.model.read('sys/policies/acl/orders.commerce'), { policy: 'path "a" {}' });
    // Nobody asked for this role: it is taken away.
    assert.equal(server.model.read('auth/kubernetes/role/orders.commerce'), undefined);
  });

  test('never touches a server whose keys it knows nothing of, nor one that was emptied behind its back', async () => {
    const { cluster, server, run } = await makeWorld();
    await run();
    const kept = cluster.objects.get(`secrets/${stateSecret}`);
    assert.ok(kept);
    cluster.objects.delete(`secrets/${stateSecret}`);
    const unknown = await run();
    assert.equal(unknown.code, 1);
    assert.match(unknown.output, /holds data of which nothing is known/);
    cluster.objects.set(`secrets/${stateSecret}`, kept);
    assert.equal(server.initialisations, 1);
    assert.equal((await run()).code, 0);
  });

  test('leaves a sealed server to the people who hold its keys', async () => {
    const { cluster, server, run, state } = await makeWorld('people');
    assert.equal((await run()).code, 0);
    const shares = state().shares?.split('\n') ?? [];
    assert.ok(shares.length > 1);
    const secret = cluster.objects.get(`secrets/${stateSecret}`);
    delete secret?.data?.shares;
    server.sealed = true;
    const { code, output } = await run();
    assert.equal(code, 1);
    assert.match(output, /the people who hold them must unseal it/);
    server.sealed = false;
    assert.match((await run()).output, /nothing to change/);
  });
});
