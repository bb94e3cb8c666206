import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { refusedPorts } from '../../../tests/support/conformance/network-reach.ts';
import { recordBinding } from '../../../tests/support/recorded-binding.ts';
import { objectsOf, planOf, recordPlatform } from '../../../tests/support/recorded-platform.ts';
import { asRecord, type Manifest } from '../../kit/manifest.ts';
import { istioFacts } from './facts.ts';
import { istioSizes } from './settings.ts';

/** What is otherwise than one would think where the mesh has no sidecars, beyond what single policies show. */

const facts = istioFacts(istioSizes.minimal);
const environment = { profile: 'minimal' } as const;
const namespace = { kind: 'namespace', namespace: 'commerce', egress: [] };
const waypoint = { namespace: 'commerce', podLabels: facts.waypoint?.podLabels ?? {}, ports: [15008] };
const service = { namespace: 'commerce', podLabels: { app: 'orders' }, ports: [15008, 8080] };

async function bound(): Promise<readonly Manifest[]> {
  return (await recordBinding(environment, 'mesh', namespace)).objects;
}

describe('the network of a namespace without sidecars', () => {
  test('lets others of the mesh as far as the waypoint, on the tunnel’s port', async () => {
    const other = { namespace: 'web', namespaceLabels: facts.namespaceLabels };
    assert.deepEqual(refusedPorts(await bound(), other, waypoint), []);
    assert.deepEqual(refusedPorts(await bound(), other, service), [15008, 8080]);
  });

  test('lets the gateway as far as the waypoint, which is no pod of the mesh', async () => {
    const gateway = { namespace: 'ninefold-gateway', namespaceLabels: {} };
    assert.deepEqual(refusedPorts(await bound(), gateway, waypoint), []);
    assert.deepEqual(refusedPorts(await bound(), gateway, service), [15008, 8080]);
  });

  test('lets nobody who is outside the mesh to either', async () => {
    const stranger = { namespace: 'elsewhere', namespaceLabels: {} };
    assert.deepEqual(refusedPorts(await bound(), stranger, waypoint), [15008]);
    assert.deepEqual(refusedPorts(await bound(), stranger, service), [15008, 8080]);
  });

  test('lets the waypoint on from there to the pods, whatever port was meant', async () => {
    const [inbound] = (await bound()).filter(({ metadata }) => metadata.name === 'mesh-inbound');
    assert.deepEqual(inbound?.spec, {
      podSelector: {},
      policyTypes: ['Ingress'],
      ingress: [
        {
          from: [{ podSelector: { matchLabels: waypoint.podLabels } }],
          ports: [{ protocol: 'TCP', port: 15008 }],
        },
      ],
    });
  });
});

test('the gateway may go where the tunnels end', async () => {
  const { all } = await recordPlatform(environment);
  const [policy] = objectsOf(all).filter(
    ({ object }) =>
      object.kind === 'NetworkPolicy' &&
      object.metadata.namespace === 'ninefold-gateway' &&
      object.metadata.name === 'mesh',
  );
  assert.deepEqual(asRecord(policy?.object.spec)?.egress, [
    {
      to: [{ namespaceSelector: { matchLabels: facts.namespaceLabels } }],
      ports: [{ protocol: 'TCP', port: 15008 }],
    },
  ]);
});

test('a namespace that joins says that what comes through a gateway passes its waypoint too', () => {
  assert.deepEqual(facts.namespaceLabels, {
    'istio.io/dataplane-mode': 'ambient',
    'istio.io/use-waypoint': 'waypoint',
    'istio.io/ingress-use-waypoint': 'true',
  });
});

test('control plane, agents and images are those of the profile for ambient', () => {
  const mesh = planOf(environment).capabilities.find(({ capability }) => capability === 'mesh');
  const values = (name: string) =>
    asRecord(mesh?.releases.find(({ upstream }) => upstream.name === name)?.values) ?? {};
  const { env, meshConfig, global } = values('istiod');
  assert.equal(asRecord(env)?.PILOT_ENABLE_AMBIENT, 'true');
  const proxy = asRecord(asRecord(asRecord(meshConfig)?.defaultConfig)?.proxyMetadata);
  assert.equal(proxy?.ISTIO_META_ENABLE_HBONE, 'true');
  assert.deepEqual(values('istio-cni').ambient, { enabled: true, reconcileIptablesOnStartup: true });
  const variants = [asRecord(global), asRecord(values('istio-cni').global), values('ztunnel')];
  assert.deepEqual(
    variants.map((one) => one?.variant),
    ['distroless', 'distroless', 'distroless'],
  );
});
