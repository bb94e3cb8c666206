import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { recordBinding } from '../../../tests/support/recorded-binding.ts';
import { databaseNeeds } from '../capability.ts';
import { checkNeed } from './clients.ts';
import { factsOf } from './facts.ts';
import { postgresqlSettings, postgresqlSizes } from './settings.ts';
import { podIdentity } from './test-support/backup.ts';

const orders = { client: 'orders', namespace: 'commerce', database: 'orders' };
const small = { profile: 'small' as const };

describe('a client of the database', () => {
  test('that owns one gets it with its role and a certificate in its own namespace', async () => {
    const { objects, binding } = await recordBinding(small, 'database', {
      ...orders,
      extensions: ['citext'],
    });
    const kinds = objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`);
    assert.deepEqual(kinds.sort(), [
      'Certificate commerce/orders-database',
      'Database ninefold-database/postgresql.orders.commerce',
      'DatabaseRole ninefold-database/postgresql.connect.orders.commerce',
      'DatabaseRole ninefold-database/postgresql.orders.commerce',
    ]);
    const certificate = objects.find(({ kind }) => kind === 'Certificate');
    assert.deepEqual(certificate?.spec, {
      secretName: 'orders-database',
      duration: '2160h',
      renewBefore: '720h',
      commonName: 'orders.commerce',
      usages: ['digital signature', 'client auth'],
      privateKey: { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always' },
      issuerRef: { group: 'cert-manager.io', kind: 'ClusterIssuer', name: 'ninefold-database' },
    });
    assert.equal(binding.environment.PGHOST, 'postgresql-rw.ninefold-database.svc');
    assert.equal(binding.environment.PGDATABASE, 'commerce_orders');
    assert.equal(binding.environment.PGUSER, 'orders.commerce');
    assert.equal(binding.environment.PGSSLMODE, 'verify-full');
    assert.ok(!Object.keys(binding.environment).some((name) => name.includes('PASSWORD')));
  });

  test('that only reads another’s gets a role and a certificate, and is sent to the copies', async () => {
    const need = { ...orders, client: 'reports', access: 'read-only' };
    const { objects, binding } = await recordBinding(small, 'database', need);
    assert.deepEqual(objects.map(({ kind }) => kind).sort(), ['Certificate', 'DatabaseRole']);
    assert.equal(binding.environment.PGHOST, 'postgresql-ro.ninefold-database.svc');
  });

  test('that shares connections is sent to the pool, where there is one', async () => {
    const need = { ...orders, pooled: true };
    const hosts = [];
    for (const profile of ['minimal', 'small'] as const) {
      const { binding } = await recordBinding({ profile }, 'database', need);
      hosts.push(binding.environment.PGHOST);
    }
    assert.deepEqual(hosts, [
      'postgresql-rw.ninefold-database.svc',
      'postgresql-pooler.ninefold-database.svc',
    ]);
  });

  test('on the way down its database goes before its role, and that before the role of who may connect', async () => {
    const { resources } = await recordBinding(small, 'database', orders);
    const named = (kind: string, name: string) => {
      const found = resources.find(({ object }) => object.kind === kind && object.metadata.name === name);
      assert.ok(found, `${kind} ${name}`);
      return found.resource;
    };
    const database = named('Database', 'postgresql.orders.commerce');
    const role = named('DatabaseRole', 'postgresql.orders.commerce');
    const connect = named('DatabaseRole', 'postgresql.connect.orders.commerce');
    assert.ok(database.dependencies.includes(role.urn) && database.dependencies.includes(connect.urn));
    assert.ok(role.dependencies.includes(connect.urn));
  });

  test('keeps its database where data is protected, and loses it elsewhere', async () => {
    const policies = [];
    for (const profile of ['small', 'production'] as const) {
      const { objects } = await recordBinding({ profile }, 'database', orders);
      const database = objects.find(({ kind }) => kind === 'Database');
      policies.push((database?.spec as { databaseReclaimPolicy: string }).databaseReclaimPolicy);
    }
    assert.deepEqual(policies, ['delete', 'retain']);
  });
});

describe('a need that can’t be met', () => {
  const settings = postgresqlSizes.small;
  const backedUp = postgresqlSettings.parse({ ...settings, backup: podIdentity });
  const promised = { recoveryPoint: '1m', recoveryTime: '1m' };

  test('is refused with everything that is wrong', () => {
    const need = databaseNeeds.parse({
      ...orders,
      extensions: ['citext', 'postgis'],
      connections: 5000,
      storage: '1Ti',
      backup: promised,
    });
    const paths = (lab: boolean, facts = factsOf(settings)) =>
      checkNeed(facts, need, lab).map(({ path }) => path);
    assert.deepEqual(paths(true), ['extensions.1', 'connections', 'storage']);
    assert.deepEqual(paths(false), ['extensions.1', 'connections', 'storage', 'backup']);
    assert.deepEqual(paths(false, factsOf(backedUp)).slice(3), [
      'backup.recoveryPoint',
      'backup.recoveryTime',
    ]);
  });

  test('says what is allowed and what to do', () => {
    const need = databaseNeeds.parse({ ...orders, extensions: ['postgis'], backup: promised });
    for (const violation of checkNeed(factsOf(backedUp), need, false)) {
      assert.ok(violation.allowed && violation.fix, violation.path);
    }
  });

  test('is refused by the binding', async () => {
    await assert.rejects(
      recordBinding(small, 'database', { ...orders, extensions: ['postgis'] }),
      /no such extension can be asked for/,
    );
  });

  test('is none, when the cluster promises as much', () => {
    const { backup } = factsOf(backedUp);
    assert.ok(backup);
    assert.deepEqual(checkNeed(factsOf(backedUp), databaseNeeds.parse({ ...orders, backup }), false), []);
  });
});
