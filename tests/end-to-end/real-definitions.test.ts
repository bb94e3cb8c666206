import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { profileNames } from '../../components/kit/profile.ts';
import { registry } from '../../components/registry.ts';
import type { UpSummary } from '../../scripts/terminal/up-summary.ts';
import { loadPlan } from '../../stacks/environment-file.ts';
import { objectsOf, recordPlatform } from '../support/recorded-platform.ts';
import { ourObjects } from './support/cluster.ts';
import { Workbench } from './support/workbench.ts';

const mirror = join(import.meta.dirname, '../../../shared/upstream');
const skip = existsSync(mirror) ? false : 'there is no mirror of the upstream definitions beside the project';

const bench = new Workbench({ mirror });
after(() => bench[Symbol.asyncDispose]());

for (const profile of profileNames) {
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
    const nameOf = ({ kind, metadata }: { kind: string; metadata: { name?: string; namespace?: string } }) =>
      `${kind} ${metadata.namespace ?? ''}/${metadata.name}`;
    const accepted = new Set(custom.map(nameOf));
    // What the program registers here: kinds that only clients and other settings ask for are not among them.
    const { all } = await recordPlatform({ profile });
    const registered = objectsOf(all)
      .map(({ object }) => object)
      .filter(({ apiVersion, kind }) => kinds.has(`${apiVersion.split('/')[0]}/${kind}`));
    assert.ok(registered.length > 0);
    assert.deepEqual(
      registered.map(nameOf).filter((name) => !accepted.has(name)),
      [],
      'every custom resource is there',
    );
    const again = await bench.json<UpSummary>('up', ...target);
    for (const { counts } of again.layers) assert.deepEqual(Object.keys(counts), ['same']);
    const outcome = await bench.run('down', ...target, '--yes', '--unprotect');
    assert.equal(outcome.code, 0, outcome.stderr);
  });
}
