import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { stringify } from 'yaml';
import { mirror, objectsOf, recordPlatform } from '../../tests/support/recorded-platform.ts';
import { gatewayApiCrds, gatewayApiKinds, gatewayApiVersion } from './gateway-api.ts';
import { ForeignReleaseError, objectSources } from './object-sources.ts';
import { permissiveDefinition } from './permissive-definition.ts';
import { definitionsFolder, vendoredFiles } from './vendored.ts';

const planned = { bundle: gatewayApiCrds, kinds: [gatewayApiKinds.Gateway, gatewayApiKinds.HTTPRoute] };
const directory = mkdtempSync(join(tmpdir(), 'ninefold-gateway-api-'));
after(() => rmSync(directory, { recursive: true }));

/** A vendor directory with the definitions of some release and channel. */
function vendored(version: string | undefined, channel: string) {
  const vendor = join(directory, `${version}-${channel}`);
  const folder = join(vendor, definitionsFolder(gatewayApiCrds));
  mkdirSync(folder, { recursive: true });
  const annotations = {
    ...(version ? { 'gateway.networking.k8s.io/bundle-version': version } : {}),
    'gateway.networking.k8s.io/channel': channel,
  };
  const definitions = planned.kinds.map((kind) => stringify(permissiveDefinition(kind, 'test', annotations)));
  writeFileSync(join(folder, vendoredFiles.objects), definitions.join('---\n'));
  return { directory: vendor, kubernetes: '1.36' };
}

describe('the definitions of the Gateway API', () => {
  test('are taken when they say that they are of the release that the platform owns', () => {
    const vendor = vendored(`v${gatewayApiVersion}`, 'standard');
    const { origin, objects } = objectSources({ vendor, standIns: false }).definitions(planned);
    assert.equal(origin, 'vendored');
    assert.equal(objects.length, 2);
  });

  for (const [what, version, channel] of [
    ['of an older release', 'v1.5.1', 'standard'],
    ['of a newer release', 'v1.7.0', 'standard'],
    ['of the experimental channel', `v${gatewayApiVersion}`, 'experimental'],
    ['that do not say their release', undefined, 'standard'],
  ] as const) {
    test(`${what} are refused, each by its name, with what to do`, () => {
      const vendor = vendored(version, channel);
      assert.throws(
        () => objectSources({ vendor, standIns: true }).definitions(planned),
        (error) => {
          assert.ok(error instanceof ForeignReleaseError);
          assert.match(error.message, /^ {2}gateways\.gateway\.networking\.k8s\.io: /m);
          assert.match(error.message, /^ {2}httproutes\.gateway\.networking\.k8s\.io: /m);
          assert.match(error.message, /Put those of 1\.6\.1 into vendor\/gateway-api-crds\//);
          return true;
        },
      );
    });
  }

  test('say their release too where they are stand-ins, because Istio ignores those that do not', () => {
    const { origin, objects } = objectSources({ standIns: true }).definitions(planned);
    assert.equal(origin, 'stand-in');
    for (const { metadata } of objects) {
      assert.equal(
        metadata.annotations?.['gateway.networking.k8s.io/bundle-version'],
        `v${gatewayApiVersion}`,
      );
    }
  });

  test('stand beside the policy that guards them', async () => {
    const { layers } = await recordPlatform({ profile: 'minimal' });
    const guards = objectsOf(layers.foundation).filter(({ object }) =>
      object.kind.startsWith('ValidatingAdmissionPolicy'),
    );
    assert.deepEqual(guards.map(({ object }) => `${object.kind} ${object.metadata.name}`).sort(), [
      'ValidatingAdmissionPolicy safe-upgrades.gateway.networking.k8s.io',
      'ValidatingAdmissionPolicyBinding safe-upgrades.gateway.networking.k8s.io',
    ]);
  });

  test(
    'of the mirror are those of the release',
    { skip: mirror === undefined ? 'there is no mirror of definitions' : false },
    () => {
      const all = { bundle: gatewayApiCrds, kinds: gatewayApiCrds.kinds };
      const { origin, objects } = objectSources({ mirror, standIns: false }).definitions(all);
      assert.equal(origin, 'mirror');
      assert.equal(objects.length, gatewayApiCrds.kinds.length);
    },
  );
});
