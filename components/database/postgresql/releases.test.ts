import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ancestors } from '../../../preview/graph.ts';
import { chartInterface, judgeValues } from '../../../tests/support/chart-values.ts';
import { mirror, objectsOf, planOf, recordPlatform } from '../../../tests/support/recorded-platform.ts';
import { profileNames } from '../../kit/profile.ts';
import { operatorNamespace } from './names.ts';
import { podIdentity } from './test-support/backup.ts';

const capabilities = { database: { backup: podIdentity } };

function releasesIn(profile: (typeof profileNames)[number], backedUp: boolean) {
  const plan = planOf({ profile, ...(backedUp ? { capabilities } : {}) });
  return plan.capabilities.find(({ capability }) => capability === 'database')?.releases ?? [];
}

describe('what is installed', () => {
  test('is the operator, and the plugin where there are backups, in one namespace without clusters', () => {
    const names = (backedUp: boolean) => releasesIn('small', backedUp).map(({ upstream }) => upstream.name);
    assert.deepEqual(names(false), ['cloudnative-pg']);
    assert.deepEqual(names(true), ['cloudnative-pg', 'plugin-barman-cloud']);
    assert.ok(releasesIn('small', true).every(({ namespace }) => namespace === operatorNamespace));
  });

  test('brings no definitions: those are the foundation’s', () => {
    for (const { values } of releasesIn('production', true))
      assert.deepEqual(values?.crds, { create: false });
  });

  test(
    'has values that the charts take',
    { skip: mirror ? false : 'there is no mirror of value schemas' },
    () => {
      for (const profile of profileNames) {
        for (const { upstream, values } of releasesIn(profile, true)) {
          const { source } = upstream;
          const known = source.type === 'chart' ? chartInterface(mirror ?? '', source.chart) : undefined;
          assert.ok(known && values, upstream.name);
          assert.deepEqual(judgeValues(values, known), []);
        }
      }
    },
  );
});

describe('the order of going down', async () => {
  const { all } = await recordPlatform({ profile: 'production', capabilities });
  const found = (kind: string, name?: string) => {
    const some = objectsOf(all).filter(
      ({ object }) =>
        object.kind === kind &&
        (name === undefined
          ? object.metadata.namespace === operatorNamespace
          : object.metadata.name === name),
    );
    assert.ok(some.length > 0, `${kind} ${name}`);
    return some.map(({ resource }) => resource.urn);
  };
  const goesBefore = (first: readonly string[], then: readonly string[]) => {
    for (const urn of first) {
      const before = ancestors(all, urn);
      for (const other of then) assert.ok(before.has(other), `${urn} does not go before ${other}`);
    }
  };
  const cluster = found('Cluster', 'postgresql');

  test('pool and schedule go before the cluster', () => {
    goesBefore([...found('Pooler', 'postgresql-pooler'), ...found('ScheduledBackup', 'postgresql')], cluster);
  });

  test('the cluster goes before the object store, its certificates, the operator and the plugin', () => {
    const certificates = ['postgresql-server', 'postgresql-replication'].flatMap((name) =>
      found('Certificate', name),
    );
    goesBefore(cluster, [
      ...found('ObjectStore', 'postgresql-backups'),
      ...certificates,
      ...found('Deployment'),
    ]);
    assert.equal(found('Deployment').length, 2);
  });

  test('the Services of operator and plugin go with them, after everything that has finalizers', () => {
    goesBefore([...cluster, ...found('ObjectStore', 'postgresql-backups')], found('Service'));
  });

  test('network policies of both namespaces go last', () => {
    const policies = objectsOf(all).filter(
      ({ resource, object }) =>
        object.kind === 'NetworkPolicy' && resource.name.startsWith('database-network-'),
    );
    goesBefore(
      cluster,
      policies.map(({ resource }) => resource.urn),
    );
    assert.equal(new Set(policies.map(({ object }) => object.metadata.namespace)).size, 2);
  });

  test('no object of a cluster is in the namespace of the operator, which finalizers would block', () => {
    const kinds = new Set([
      'Cluster',
      'Database',
      'DatabaseRole',
      'Pooler',
      'ScheduledBackup',
      'ObjectStore',
      'ImageCatalog',
    ]);
    const operands = objectsOf(all).filter(({ object }) => kinds.has(object.kind));
    assert.ok(operands.length >= 5);
    assert.ok(operands.every(({ object }) => object.metadata.namespace !== operatorNamespace));
  });

  test('backups never go the operator’s own way, which its next version no longer knows', () => {
    for (const { object } of objectsOf(all)) {
      if (object.kind === 'Cluster') assert.ok(!('backup' in (object.spec as object)));
      if (object.kind === 'ScheduledBackup')
        assert.equal((object.spec as { method: string }).method, 'plugin');
    }
  });
});
