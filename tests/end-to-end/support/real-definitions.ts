import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { stringify } from 'yaml';
import type { Facts } from '../../../components/kit/capability-types.ts';
import { type ProfileName, profileNames } from '../../../components/kit/profile.ts';
import { asRecord, type Manifest } from '../../../components/kit/manifest.ts';
import { registry } from '../../../components/registry.ts';
import {
  KubernetesApiError,
  type KubernetesClient,
  type KubernetesObject,
} from '../../../lab/kubernetes/index.ts';
import type { UpSummary } from '../../../scripts/terminal/up-summary.ts';
import { loadPlan } from '../../../stacks/environment-file.ts';
import { describeFinding, istioctl, judgeCluster, meantAsItIs } from '../../support/istio-judge.ts';
import { boundObjects, gateway, madeByTeam, orders } from '../../support/istio-team.ts';
import { mirror, objectsOf, planOf, recordPlatform } from '../../support/recorded-platform.ts';
import { ourObjects, until } from './cluster.ts';
import { Workbench } from './workbench.ts';

const capabilities = { gateway };

const skip = mirror ? false : 'there is no mirror of the upstream definitions beside the project';

/**
 * Brings a size up on the real definitions, with every custom resource accepted and istioctl content, once more
 * without a change, and down.
 */
export function testRealDefinitions(profile: ProfileName): void {
  const bench = new Workbench(mirror ? { mirror } : {});
  after(() => bench[Symbol.asyncDispose]());

  test(`the real definitions accept every custom resource of ${profile}`, { skip }, async () => {
    bench.writeEnvironment(
      profile,
      stringify({ profile, cluster: { kind: 'existing', context: 'nowhere' }, capabilities }),
    );
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
    if ('path' in istioctl) {
      const found = await meshFindings(bench, profile, client);
      // Which is in the cluster and in none of the files.
      assert.ok(
        found.some((one) => one.includes('ninefold-gateway/rate-limit')),
        found.join('\n'),
      );
      assert.deepEqual(
        found.filter((one) => !meantAsItIs.some(({ said }) => said.test(one))),
        [],
        'istioctl finds nothing wrong in the cluster, with a team in it',
      );
      // What it would say of a policy for pods that there are not, which it can't know from files.
      if (profile === profileNames[0]) {
        const astray = await meshFindings(bench, profile, client, { matchLabels: { app: 'other' } });
        assert.ok(
          astray.some((one) => one.startsWith('IST0127 AuthorizationPolicy commerce/orders-waypoint: ')),
          astray.join('\n'),
        );
      }
    }
    await client.close();
    const nameOf = ({ kind, metadata }: { kind: string; metadata: { name?: string; namespace?: string } }) =>
      `${kind} ${metadata.namespace ?? ''}/${metadata.name}`;
    const accepted = new Set(custom.map(nameOf));
    // What the program registers here: kinds that only clients and other settings ask for are not among them.
    const { all } = await recordPlatform({ profile, capabilities });
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

/** What istioctl finds wrong in the cluster, with a team in it whose pods carry the labels of a selector. */
async function meshFindings(
  bench: Workbench,
  profile: ProfileName,
  client: KubernetesClient,
  selector: object = { matchLabels: orders },
): Promise<string[]> {
  const environment = { profile, capabilities };
  const mesh = planOf(environment).capabilities.find(({ capability }) => capability === 'mesh');
  assert.ok(mesh);
  const facts = mesh.facts as Facts<'mesh'>;
  const meshConfig = mesh.releases.find(({ upstream }) => upstream.name === 'istiod')?.values?.meshConfig;
  assert.ok(meshConfig);
  const additions = (await boundObjects(environment)).map((object) =>
    object.kind === 'AuthorizationPolicy' && asRecord(object.spec)?.selector
      ? { ...object, spec: { ...asRecord(object.spec), selector } }
      : object,
  );
  // Of files istioctl takes no pods, so they are made here, as the control plane and the team would have them.
  for (const object of madeByTeam(facts)) {
    await until(`${object.kind} ${object.metadata.name}`, () => applied(client, object));
  }
  const { rootNamespace } = facts;
  const kubeconfig = bench.kubeconfig(profile);
  return judgeCluster({ kubeconfig, additions, meshConfig, rootNamespace }).map(describeFinding);
}

/** A pod is refused until its namespace has an account for it. */
async function applied(client: KubernetesClient, object: Manifest): Promise<boolean> {
  try {
    await client.apply(object as KubernetesObject, { fieldManager: 'test' });
    return true;
  } catch (error) {
    if (error instanceof KubernetesApiError && /serviceaccount/.test(error.message)) return false;
    throw error;
  }
}
