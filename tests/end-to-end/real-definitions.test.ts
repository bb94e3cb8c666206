import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { registry } from '../../components/registry.ts';
import type { UpSummary } from '../../scripts/terminal/up-summary.ts';
import { loadPlan } from '../../stacks/environment-file.ts';
import { ourObjects } from './support/cluster.ts';
import { Workbench } from './support/workbench.ts';

const mirror = join(import.meta.dirname, '../../../shared/upstream');
const skip = existsSync(mirror) ? false : 'there is no mirror of the upstream definitions beside the project';

const bench = new Workbench({ mirror });
after(() => bench[Symbol.asyncDispose]());

for (const profile of ['minimal', 'small', 'production']) {
  test(`the real definitions accept every custom resource of ${profile}`, { skip }, async () => {
    bench.writeEnvironment(profile, `profile: ${profile}\ncluster: { kind: existing, context: nowhere }\n`);
    const target = ['--env', profile, '--cluster', 'lab'];
    const { permissiveDefinitions, strays } = await bench.json<UpSummary>('up', ...target);
    assert.deepEqual({ permissiveDefinitions, strays }, { permissiveDefinitions: [], strays: [] });
    const plan = loadPlan(profile, registry, { cluster: 'lab' }, bench.environments);
    const kinds = new Set(
      plan.crds.flatMap(({ kinds }) => kinds.map(({ group, kind }) => `${group}/${kind}`)),
    );
    const client = await bench.connect(profile);
    const custom = (await ourObjects(client, profile)).filter(({ apiVersion, kind }) =>
      kinds.has(`${apiVersion.split('/')[0]}/${kind}`),
    );
    await client.close();
    const accepted = new Set(custom.map(({ apiVersion, kind }) => `${apiVersion.split('/')[0]}/${kind}`));
    assert.ok(kinds.size > 0);
    assert.deepEqual(
      [...kinds].filter((kind) => !accepted.has(kind)),
      [],
      'every planned kind is in use',
    );
    const outcome = await bench.run('down', ...target, '--yes', '--unprotect');
    assert.equal(outcome.code, 0, outcome.stderr);
  });
}
