import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { definitionValidator } from '../../../tests/support/definition-validation.ts';
import {
  mirror,
  objectsOf,
  planOf,
  recordPlatform,
  realSources,
} from '../../../tests/support/recorded-platform.ts';
import { InvalidInputError } from '../../kit/violation.ts';
import { postgresqlCrds, postgresqlKinds } from './kinds.ts';
import type { ClusterSpec } from './operands.ts';
import { nextName, renderRecovery } from './recovery-plan.ts';
import { postgresqlSettings, postgresqlSizes } from './settings.ts';
import { accessKey, podIdentity } from './test-support/backup.ts';

const targetTime = '2030-05-04T10:20:00Z';
const settings = postgresqlSettings.parse({ ...postgresqlSizes.production, backup: accessKey });

describe('the recovery of a cluster', () => {
  const { cluster, runbook } = renderRecovery(settings, { environment: 'production', targetTime });
  const spec = cluster.spec as ClusterSpec;

  test('reads from the archive of the lost one, up to the moment that is asked for', () => {
    assert.deepEqual(spec.bootstrap, {
      recovery: {
        source: 'postgresql',
        database: 'ninefold',
        owner: 'ninefold',
        recoveryTarget: { targetTime },
      },
    });
    assert.deepEqual(spec.externalClusters, [
      {
        name: 'postgresql',
        plugin: {
          name: 'barman-cloud.cloudnative-pg.io',
          parameters: { barmanObjectName: 'postgresql-backups', serverName: 'postgresql' },
        },
      },
    ]);
  });

  test('never writes to an archive that any cluster before it wrote to', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 20 }), (generations) => {
        let lost = settings;
        const written = new Set([lost.name]);
        for (let generation = 0; generation <= generations; generation += 1) {
          const recovered = renderRecovery(lost, { environment: 'production' });
          const { plugins, externalClusters } = recovered.cluster.spec as ClusterSpec;
          const [archive] = plugins ?? [];
          assert.equal(archive?.isWALArchiver, true);
          assert.ok(!written.has(archive.parameters.serverName), archive.parameters.serverName);
          assert.equal(externalClusters?.[0]?.plugin.parameters.serverName, lost.name);
          assert.equal(
            externalClusters[0].plugin.parameters.barmanObjectName,
            archive.parameters.barmanObjectName,
          );
          written.add(archive.parameters.serverName);
          lost = recovered.settings;
        }
      }),
      { numRuns: 5 },
    );
    assert.equal(nextName('postgresql-9'), 'postgresql-10');
  });

  test('is as large, as careful and as closed as the lost one', () => {
    const { settings: recovered } = renderRecovery(settings, { environment: 'production', targetTime });
    assert.deepEqual(
      { ...recovered, name: settings.name, recovery: undefined },
      { ...settings, recovery: undefined },
    );
    assert.equal(spec.enableSuperuserAccess, false);
    assert.equal(spec.postgresql.pg_hba.at(-1), 'host all all all reject');
  });

  test('can be planned as its settings say', () => {
    const { settings: recovered } = renderRecovery(settings, { environment: 'production', targetTime });
    const { name, backup, recovery } = recovered;
    const plan = planOf({ profile: 'production', capabilities: { database: { name, backup, recovery } } });
    assert.ok(plan.capabilities.some(({ capability }) => capability === 'database'));
  });

  test('comes with commands for everything, about the right cluster', () => {
    const commands = [...runbook.matchAll(/```sh\n([^`]*)```/g)].flatMap(([, text = '']) =>
      text.trim().split('\n'),
    );
    assert.ok(commands.length >= 8);
    assert.ok(
      commands.every((command) => /^(kubectl -n ninefold-database|npx pulumi|npm run) /.test(command)),
    );
    assert.deepEqual(
      commands.filter((command) => command.includes(' delete ')),
      ['kubectl -n ninefold-database delete cluster postgresql'],
    );
    assert.match(runbook, /targetTime: "?2030-05-04T10:20:00Z"?/);
  });

  test('names the resource that is really registered', async () => {
    const backup = { database: { backup: podIdentity } };
    const { all } = await recordPlatform({ profile: 'production', capabilities: backup });
    const plan = objectsOf(all).find(({ object }) => object.metadata.name === 'recovery-plan');
    const data = plan?.object.data as Record<string, string>;
    const [, urn = ''] = /'(urn:[^']+)'/.exec(data['runbook.md'] ?? '') ?? [];
    assert.equal(all.get(urn)?.type, 'kubernetes:postgresql.cnpg.io/v1:Cluster', urn);
    assert.match(data['cluster.yaml'] ?? '', /name: postgresql-2/);
  });

  test(
    'satisfies the real definition',
    { skip: mirror ? false : 'there is no mirror of definitions' },
    () => {
      const planned = { bundle: postgresqlCrds, kinds: [postgresqlKinds.Cluster] };
      const [definition] = realSources.definitions(planned).objects;
      assert.ok(definition);
      const validate = definitionValidator(definition, 'v1');
      assert.deepEqual(validate(cluster), []);
      assert.notDeepEqual(validate({ ...cluster, spec: { ...spec, bootstrap: { recover: {} } } }), []);
    },
  );
});

describe('a recovery is refused', () => {
  const refusals: [string, Record<string, unknown>, string[]][] = [
    ['into the archive that it reads', { backup: podIdentity, recovery: { server: 'postgresql' } }, ['name']],
    ['without an object store', { name: 'postgresql-2', recovery: { server: 'postgresql' } }, ['recovery']],
    ['with neither', { recovery: { server: 'postgresql' } }, ['recovery', 'name']],
  ];
  for (const [name, database, paths] of refusals) {
    test(name, () => {
      assert.throws(
        () => planOf({ profile: 'minimal', capabilities: { database } }),
        (error) => {
          assert.ok(error instanceof InvalidInputError);
          assert.deepEqual(
            error.violations.map(({ path }) => path),
            paths.map((path) => `capabilities.database.${path}`),
          );
          return true;
        },
      );
    });
  }

  test('of a cluster that has no backups', () => {
    assert.throws(() => renderRecovery(postgresqlSizes.small, { environment: 'small' }), /no backups/);
  });
});
