import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { checkGolden } from '../../../tests/support/golden.ts';
import {
  objectsOf,
  planOf,
  recordPlatform,
  type TestEnvironment,
} from '../../../tests/support/recorded-platform.ts';
import { leaves } from '../../../tests/support/leaves.ts';
import { asRecord } from '../../kit/manifest.ts';
import { InvalidInputError } from '../../kit/violation.ts';
import { ancestors } from '../../../preview/graph.ts';

const cases: readonly { name: string; environment: TestEnvironment }[] = [
  { name: 'minimal', environment: { profile: 'minimal' } },
  { name: 'small', environment: { profile: 'small' } },
  { name: 'production', environment: { profile: 'production' } },
  {
    name: 'sidecars, no access log, a trust domain of its own, images from a mirror',
    environment: {
      profile: 'minimal',
      images: { prefix: 'mirror.example.org/cache' },
      capabilities: { mesh: { dataPlane: 'sidecar', accessLog: 'off', trustDomain: 'shop.example.org' } },
    },
  },
];

test('settings yield the objects of the golden file', async () => {
  const recorded = [];
  for (const { name, environment } of cases) {
    const { layers } = await recordPlatform(environment);
    recorded.push({ name, settings: environment, graph: layers.platform });
  }
  checkGolden(join(import.meta.dirname, 'istio.golden.yaml'), 'mesh', recorded);
});

describe('the releases of the mesh', () => {
  const valuesOf = (environment: TestEnvironment) => {
    const planned = planOf(environment).capabilities.find(({ capability }) => capability === 'mesh');
    return new Map(
      planned?.releases.map(({ upstream, namespace, values }) => [upstream.name, { namespace, values }]),
    );
  };

  test('are the four charts when ambient, and three with sidecars', () => {
    const ambient = valuesOf({ profile: 'minimal' });
    assert.deepEqual([...ambient.keys()], ['istio-base', 'istiod', 'istio-cni', 'ztunnel']);
    const sidecar = valuesOf({ profile: 'minimal', capabilities: { mesh: { dataPlane: 'sidecar' } } });
    assert.deepEqual([...sidecar.keys()], ['istio-base', 'istiod', 'istio-cni']);
    assert.equal(asRecord(ambient.get('istiod')?.values?.env)?.PILOT_ENABLE_AMBIENT, 'true');
    assert.equal(asRecord(sidecar.get('istiod')?.values?.env)?.PILOT_ENABLE_AMBIENT, undefined);
  });

  test('bring no definitions, which are the foundation’s', () => {
    const base = asRecord(valuesOf({ profile: 'minimal' }).get('istio-base')?.values?.base);
    const excluded = base?.excludedCRDs;
    assert.ok(Array.isArray(excluded) && excluded.includes('authorizationpolicies.security.istio.io'));
    assert.equal(excluded.length, 15);
  });

  test('log no query and no header but which program asked, and refuse whoever nobody can be asked about', () => {
    const meshConfig = asRecord(valuesOf({ profile: 'minimal' }).get('istiod')?.values?.meshConfig);
    const providers = meshConfig?.extensionProviders;
    assert.ok(Array.isArray(providers));
    const [log, login] = providers.map((one) => asRecord(one));
    const format = asRecord(asRecord(log?.envoyFileAccessLog)?.logFormat);
    const operators = leaves(asRecord(format?.labels)).map(({ value }) => String(value));
    assert.ok(operators.length > 20);
    const headers = operators.flatMap((one) => /%(REQ|RESP)[A-Z_]*\(([^)]+)\)%/.exec(one)?.[0] ?? []);
    assert.deepEqual(headers.sort(), [
      '%REQ(:AUTHORITY)%',
      '%REQ(:METHOD)%',
      '%REQ(TRACEPARENT)%',
      '%REQ(USER-AGENT)%',
      '%REQ(X-REQUEST-ID)%',
      '%REQ_WITHOUT_QUERY(X-ENVOY-ORIGINAL-PATH?:PATH)%',
      '%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)%',
    ]);
    const { service, failOpen, headersToUpstreamOnAllow } = asRecord(login?.envoyExtAuthzHttp) ?? {};
    assert.equal(service, 'ninefold-gateway/login.ninefold-gateway.internal');
    assert.deepEqual(
      { failOpen, headersToUpstreamOnAllow },
      {
        failOpen: false,
        headersToUpstreamOnAllow: ['authorization'],
      },
    );
  });

  test('pull every image from the mirror, those too that istiod starts itself', () => {
    const prefixed = valuesOf({ profile: 'minimal', images: { prefix: 'mirror.example.org/cache' } });
    const hub = 'mirror.example.org/cache/docker.io/istio';
    assert.equal(asRecord(prefixed.get('istiod')?.values?.global)?.hub, hub);
    assert.equal(asRecord(prefixed.get('istio-cni')?.values?.global)?.hub, hub);
    assert.equal(prefixed.get('ztunnel')?.values?.hub, hub);
  });

  test('trust the node proxy in its own namespace, or it would get no certificates for the pods of its node', () => {
    const ambient = valuesOf({ profile: 'minimal' });
    assert.equal(ambient.get('istiod')?.values?.trustedZtunnelNamespace, ambient.get('ztunnel')?.namespace);
  });

  test('have a budget only where there are several control planes', () => {
    const budget = (profile: TestEnvironment['profile']) =>
      asRecord(asRecord(valuesOf({ profile }).get('istiod')?.values?.global)?.defaultPodDisruptionBudget);
    assert.deepEqual(budget('minimal'), { enabled: false });
    assert.deepEqual(budget('production'), { enabled: true });
  });
});

test('base, control plane, node agent, node proxy and what holds for the mesh come in this order', async () => {
  const { all } = await recordPlatform({ profile: 'minimal' });
  const objects = objectsOf(all);
  const urn = (kind: string, name: string) => {
    const found = objects.find(({ object }) => object.kind === kind && object.metadata.name === name);
    assert.ok(found, `${kind} ${name}`);
    return found.resource.urn;
  };
  const order = [
    urn('ValidatingWebhookConfiguration', 'istiod-default-validator'),
    urn('Deployment', 'istiod'),
    urn('DaemonSet', 'istio-cni-node'),
    urn('DaemonSet', 'ztunnel'),
    urn('AuthorizationPolicy', 'default-deny'),
  ];
  for (const [index, one] of order.entries()) {
    for (const former of order.slice(0, index))
      assert.ok(ancestors(all, one).has(former), `${one} ${former}`);
  }
});

test('what istiod writes into its webhook is left to it', async () => {
  const { all } = await recordPlatform({ profile: 'minimal' });
  const webhooks = objectsOf(all).filter(({ object }) => object.kind === 'ValidatingWebhookConfiguration');
  assert.ok(webhooks.length > 0);
  for (const { resource } of webhooks) {
    assert.deepEqual([...resource.ignoreChanges].sort(), [
      'webhooks[*].clientConfig.caBundle',
      'webhooks[*].failurePolicy',
    ]);
  }
});

test('fewer replicas at most than at least are refused', () => {
  assert.throws(
    () => planOf({ profile: 'production', capabilities: { mesh: { waypoint: { replicas: { max: 1 } } } } }),
    (error) => {
      assert.ok(error instanceof InvalidInputError);
      assert.deepEqual(
        error.violations.map(({ path, value }) => ({ path, value })),
        [{ path: 'capabilities.mesh.waypoint.replicas.max', value: 1 }],
      );
      return true;
    },
  );
});
