import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkGolden } from '../../tests/support/golden.ts';
import { refusedPorts } from '../../tests/support/conformance/network-reach.ts';
import {
  objectsOf,
  planOf,
  recordPlatform,
  type TestEnvironment,
} from '../../tests/support/recorded-platform.ts';
import type { Facts } from '../kit/capability-types.ts';
import { implementationOf, register, type Registry } from '../kit/registry.ts';
import { planEnvironment } from '../kit/planner.ts';
import { InvalidInputError } from '../kit/violation.ts';
import { registry } from '../registry.ts';
import { readEnvironment } from '../../stacks/environment.ts';
import { secrets } from './capability.ts';
import { openbao, openbaoProduct } from './openbao/index.ts';
import { secretsImplementation } from './shared/implementation.ts';
import { takeScript } from './shared/snapshots.ts';
import { vault } from './vault/index.ts';

const settings = {
  unsealing: 'cloud',
  awskms: {
    region: 'eu-central-1',
    keyId: 'alias/secrets',
    roleArn: 'arn:aws:iam::111122223333:role/secrets',
  },
  databases: [
    {
      name: 'orders',
      host: 'orders-rw.ninefold-database.svc',
      database: 'orders',
      namespace: 'ninefold-database',
      podLabels: { 'cnpg.io/cluster': 'orders' },
      credentials: 'orders-superuser',
      authority: { secretName: 'orders-ca' },
    },
  ],
  snapshots: { schedule: '0 3 * * *', bucket: 'snapshots', region: 'eu-central-1', credentials: 'snapshots' },
};

const cases: readonly { name: string; environment: TestEnvironment }[] = [
  { name: 'minimal', environment: { profile: 'minimal' } },
  { name: 'production', environment: { profile: 'production' } },
  { name: 'minimal with openbao', environment: { profile: 'minimal', capabilities: { secrets: 'openbao' } } },
  {
    name: 'a cloud that unseals, a database, snapshots',
    environment: { profile: 'minimal', capabilities: { secrets: settings } },
  },
];

test('settings yield the objects of the golden file', async () => {
  const recorded = [];
  for (const { name, environment } of cases) {
    const { layers } = await recordPlatform(environment);
    recorded.push({ name, settings: environment, graph: layers.platform });
  }
  checkGolden(join(import.meta.dirname, 'secrets.golden.yaml'), 'secrets', recorded);
});

test('the database lets the server in, which makes users there, and only where it is to', async () => {
  const [asked] = settings.databases;
  assert.ok(asked);
  const servedBy = async (databases: readonly object[]) => {
    const { plan, layers } = await recordPlatform({
      profile: 'minimal',
      capabilities: { secrets: { databases } },
    });
    const database = plan.capabilities.find(({ capability }) => capability === 'database');
    const { readWrite, port, namespace } = database?.facts as Facts<'database'>;
    const objects = Object.values(layers).flatMap((graph) => objectsOf(graph).map(({ object }) => object));
    const own = objects.find(
      ({ kind, metadata }) => kind === 'Namespace' && metadata.name === 'ninefold-secrets',
    );
    const client = { namespace: 'ninefold-secrets', namespaceLabels: own?.metadata.labels ?? {} };
    return refusedPorts(objects, client, { namespace, podLabels: readWrite.podLabels, ports: [port] });
  };
  assert.deepEqual(await servedBy([asked]), []);
  assert.deepEqual(await servedBy([]), [5432]);
  assert.deepEqual(await servedBy([{ ...asked, namespace: 'elsewhere' }]), [5432]);
});

test('settings that do not fit each other are refused, all at once', () => {
  const wrong = {
    key: { shares: 3, threshold: 1 },
    unsealing: 'cloud',
    databaseUsers: { lifetime: '48h', longest: '24h' },
    databases: [settings.databases[0], settings.databases[0]],
  };
  assert.throws(
    () => planOf({ profile: 'minimal', capabilities: { secrets: wrong } }),
    (error) => {
      assert.ok(error instanceof InvalidInputError);
      assert.deepEqual(
        error.violations.map(({ path }) => path),
        ['key.threshold', 'awskms', 'databaseUsers.lifetime', 'databases.1.name'].map(
          (path) => `capabilities.secrets.${path}`,
        ),
      );
      return true;
    },
  );
});

test('a third implementation takes one folder and one word in the registry', () => {
  // What would stand in its folder.
  const third = secretsImplementation({
    ...openbaoProduct,
    name: 'third',
    title: 'A third server with the same API',
    token: 'ninefold:secrets:Third',
    upstream: { ...openbaoProduct.upstream, name: 'third' },
  });
  // The line of the registry.
  const line = register(secrets, [vault, openbao, third]);
  const extended: Registry = registry.map((entry) => (entry.capability.name === 'secrets' ? line : entry));
  const given = { profile: 'small', cluster: { kind: 'lab' }, capabilities: { secrets: 'third' } };
  const { environment, violations } = readEnvironment('test', given, extended);
  const planned = planEnvironment(environment, extended, { today: '2030-01-01' });
  assert.deepEqual([...violations, ...planned.violations], []);
  const found = planned.plan?.capabilities.find(({ capability }) => capability === 'secrets');
  assert.equal(found?.implementation, 'third');
  assert.equal(secrets.facts.parse(found.facts).address, 'https://third.ninefold-secrets.svc:8200');
  assert.equal(implementationOf(extended, 'secrets', 'third'), third);
});

test('no token stands on a command line of a snapshot', () => {
  for (const product of [
    { command: 'vault', variables: 'VAULT' },
    { command: 'bao', variables: 'BAO' },
  ]) {
    const lines = takeScript(product).split('\n');
    assert.ok(lines.every((line) => !/-token=|jwt=[^@]/.test(line.replace('-field=token', ''))));
  }
});
