import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { gatewayApiCrds, gatewayApiKinds, gatewayApiVersion } from '../../components/kit/gateway-api.ts';
import { permissiveDefinition } from '../../components/kit/permissive-definition.ts';
import { apply, until } from '../../lab/control-plane/test-support/labs.ts';
import {
  KubernetesApiError,
  type KubernetesClient,
  type KubernetesObject,
} from '../../lab/kubernetes/index.ts';
import { Workbench } from './support/workbench.ts';

const keys = {
  version: 'gateway.networking.k8s.io/bundle-version',
  channel: 'gateway.networking.k8s.io/channel',
};

/** The definition of routes as a release and a channel would bring it. */
function definition(annotations: Readonly<Record<string, string>>): KubernetesObject {
  return permissiveDefinition(gatewayApiKinds.HTTPRoute, 'test', annotations) as KubernetesObject;
}

const release = (version: string, channel = 'standard') =>
  definition({ [keys.version]: version, [keys.channel]: channel });

const ours = { labelSelector: 'app.kubernetes.io/managed-by=ninefold' };

describe('the guard of the Gateway API', () => {
  const bench = new Workbench();
  let client: KubernetesClient;

  before(async () => {
    const started = await bench.start('lab', 'start', '--name', 'guard').outcome;
    assert.equal(started.code, 0, started.stderr);
    client = await bench.connect('guard');
    await apply(client, release(`v${gatewayApiVersion}`));
    for (const guard of gatewayApiCrds.guards ?? []) await apply(client, guard as KubernetesObject);
    // A policy holds some time after it was accepted.
    await until('the policy to hold', () => refusal(release('v1.0.0')));
  });
  after(async () => {
    await client?.close();
    await bench[Symbol.asyncDispose]();
  });

  /** Why the API server refuses a definition; undefined when it does not. */
  async function refusal(object: KubernetesObject): Promise<string | undefined> {
    try {
      await client.apply(object, { fieldManager: 'test', force: true, dryRun: true });
      return undefined;
    } catch (error) {
      assert.ok(error instanceof KubernetesApiError, String(error));
      return error.message;
    }
  }

  test('lets the same release, a patch and a newer one in', async () => {
    for (const version of [`v${gatewayApiVersion}`, 'v1.6.9', 'v1.7.0', 'v1.10.0', 'v2.0.0']) {
      assert.equal(await refusal(release(version)), undefined, version);
    }
  });

  for (const [what, object, told] of [
    ['an older release', release('v1.5.1'), /older release .* turn its own copy of the definitions off/],
    ['a release before numbers had two digits', release('v0.8.1'), /older release/],
    [
      'the experimental channel',
      release('v1.7.0', 'experimental'),
      /experimental channel .* Install the standard/,
    ],
    [
      'a definition that does not say its release',
      definition({ [keys.channel]: 'standard' }),
      /must say its release/,
    ],
  ] as const) {
    test(`refuses ${what}, and says what to do`, async () => {
      const message = await refusal(object);
      assert.match(message ?? 'accepted', told);
      assert.match(message ?? '', /delete the ValidatingAdmissionPolicy safe-upgrades/);
    });
  }

  test('has nothing to say of other definitions', async () => {
    const other = { ...gatewayApiKinds.HTTPRoute, group: 'example.org' };
    assert.equal(await refusal(permissiveDefinition(other, 'test') as KubernetesObject), undefined);
  });

  test('is foreseen by up, which changes nothing then', async () => {
    bench.writeEnvironment('guarded', 'profile: minimal\n');
    const up = () => bench.run('up', '--env', 'guarded', '--name', 'guard');
    await apply(client, release('v1.7.0'));
    const refused = await up();
    assert.equal(refused.code, 2, refused.stderr);
    assert.match(refused.stderr, /A newer release of the definitions gateway-api stands in the cluster/);
    assert.match(
      refused.stderr,
      /^ {2}httproutes\.gateway\.networking\.k8s\.io: v1\.7\.0, to become v1\.6\.1$/m,
    );
    assert.match(refused.stderr, /delete the ValidatingAdmissionPolicy safe-upgrades/);
    assert.deepEqual(await client.list({ apiVersion: 'v1', kind: 'Namespace' }, ours), []);
  });
});
