import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Facts } from '../components/kit/capability-types.ts';
import { apiVersion } from '../components/kit/kinds.ts';
import { gatewayApiCrds } from '../components/kit/gateway-api.ts';
import { istioCrds } from '../components/kit/istio-kinds.ts';
import { asRecord, type Manifest } from '../components/kit/manifest.ts';
import { profileNames } from '../components/kit/profile.ts';
import { type Finding, istioctl, judgeIstio } from './support/istio-judge.ts';
import { recordBinding } from './support/recorded-binding.ts';
import { objectsOf, recordPlatform, type TestEnvironment } from './support/recorded-platform.ts';

const issuer = { url: 'https://login.example.org', keys: 'https://login.example.org/keys' };

const login = {
  service: 'oauth2-proxy',
  namespace: 'ninefold-identity',
  port: 443,
  podPort: 4443,
  podLabels: { app: 'oauth2-proxy' },
};
const gateway = { issuer, login };

const environments = profileNames.flatMap((profile) =>
  (['ambient', 'sidecar'] as const).map((dataPlane) => ({
    name: `${profile}, ${dataPlane}`,
    environment: { profile, capabilities: { mesh: { dataPlane }, gateway } },
  })),
);

const orders = { app: 'orders' };

/** What a team asks for: its namespace, a service that is called and calls, and two routes. */
const clients = [
  {
    capability: 'mesh',
    need: {
      kind: 'namespace',
      namespace: 'commerce',
      egress: [{ host: 'api.bank.example', port: 443, protocol: 'TLS', serviceAccounts: ['orders'] }],
    },
  },
  {
    capability: 'mesh',
    need: {
      kind: 'service',
      name: 'orders',
      namespace: 'commerce',
      serviceAccount: 'orders',
      podLabels: orders,
      ports: [{ name: 'http', port: 80, targetPort: 8080, protocol: 'http' }],
      callers: [
        {
          namespace: 'commerce',
          serviceAccount: 'pages',
          operations: [{ methods: ['GET'], paths: ['/orders/*'] }],
        },
        { namespace: 'ninefold-gateway', serviceAccount: 'platform-istio' },
      ],
      calls: [{ name: 'orders', namespace: 'commerce', podLabels: orders, targetPorts: [8080] }],
      probePorts: [8081],
    },
  },
  {
    capability: 'gateway',
    need: {
      name: 'orders',
      namespace: 'commerce',
      host: 'shop',
      path: '/orders',
      methods: ['GET', 'POST'],
      audience: 'customers',
      rate: { requests: 200, per: 'second' },
      service: { name: 'orders', port: 80, targetPort: 8080, podLabels: orders },
      timeout: 3000,
    },
  },
  {
    capability: 'gateway',
    need: {
      name: 'pages',
      namespace: 'commerce',
      host: 'shop',
      path: '/',
      audience: 'customers',
      login: true,
      service: { name: 'orders', port: 80, targetPort: 8080, podLabels: orders },
      timeout: 3000,
    },
  },
] as const;

const judged = new Set(
  [...istioCrds.kinds, ...gatewayApiCrds.kinds].map((kind) => `${apiVersion(kind)} ${kind.kind}`),
);

/** Everything of Istio and the Gateway API that is rendered, and what it speaks about. */
async function render(environment: TestEnvironment) {
  const { plan, all } = await recordPlatform(environment);
  const planned = plan.capabilities.find(({ capability }) => capability === 'mesh');
  assert.ok(planned);
  const facts = planned.facts as Facts<'mesh'>;
  const values = planned.releases.find(({ upstream }) => upstream.name === 'istiod')?.values;
  const bound = [];
  for (const { capability, need } of clients) {
    bound.push(...(await recordBinding(environment, capability, need)).objects);
  }
  const objects = [...objectsOf(all).map(({ object }) => object), ...bound];
  const own = objects.filter((object) => judged.has(`${object.apiVersion} ${object.kind}`));
  const around = objects.filter(({ kind }) => ['Namespace', 'Service', 'Deployment'].includes(kind));
  const { rootNamespace } = facts;
  return {
    objects: own,
    around: [...around, ...madeByOthers(facts)],
    meshConfig: values?.meshConfig,
    rootNamespace,
  };
}

/** What a team brings: a namespace that joined, and a service with its pods. */
function madeByOthers(facts: Facts<'mesh'>): Manifest[] {
  const service = (
    name: string,
    namespace: string,
    labels: Record<string, string>,
    port: number,
  ): Manifest => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace },
    spec: { selector: labels, ports: [{ name: 'http', port, targetPort: 8080 }] },
  });
  const deployment = (name: string, namespace: string, labels: Record<string, string>): Manifest => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name, image: 'example.org/one:1' }] } },
    },
  });
  const pod = (name: string, namespace: string, labels: Record<string, string>): Manifest => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels },
    spec: {
      containers: [
        { name, image: 'example.org/one:1' },
        ...(facts.dataPlane === 'sidecar' ? [{ name: 'istio-proxy', image: 'example.org/proxy:1' }] : []),
      ],
    },
    status: { phase: 'Running' },
  });
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'commerce', labels: facts.namespaceLabels } },
    service('orders', 'commerce', orders, 80),
    deployment('orders', 'commerce', orders),
    pod('orders-1', 'commerce', orders),
  ];
}

/** What istioctl says of something that is meant as it is. */
const accepted: readonly { said: RegExp; reason: string }[] = [
  {
    said: /EnvoyFilter.ninefold-gateway\/\S+: (?:Schema validation warning: )?EnvoyFilter exposes internal implementation details/,
    reason:
      'Neither Istio nor the Gateway API has another way to limit requests; the gateway’s page says what to look at after an upgrade.',
  },
  {
    said: /^IST0128 DestinationRule ninefold-gateway\/login: .* no caCertificates are set/,
    reason:
      'It looks for a file. The gateway takes the authority from the Secret that credentialName names, where ca.crt is.',
  },
];

const describeFinding = ({ code, origin, message }: Finding) => `${code} ${origin}: ${message}`;

describe('istioctl', { skip: 'problem' in istioctl ? istioctl.problem : false }, () => {
  const met = new Set<RegExp>();

  for (const { name, environment } of environments) {
    test(`finds nothing wrong in what is rendered: ${name}`, async () => {
      const rendered = await render(environment);
      assert.ok(rendered.objects.length > 10, `${rendered.objects.length} objects`);
      assert.ok(rendered.meshConfig);
      const { complaints, findings } = judgeIstio(rendered);
      const all = [...complaints, ...findings.map(describeFinding)];
      const wrong = all.filter((one) => {
        const known = accepted.find(({ said }) => said.test(one));
        if (known) met.add(known.said);
        return !known;
      });
      assert.deepEqual(wrong, []);
    });
  }

  test('still says all that is accepted', () => {
    assert.deepEqual(
      accepted.filter(({ said }) => !met.has(said)),
      [],
    );
  });

  const broken: readonly { what: string; change: (object: Manifest) => Manifest; told: RegExp }[] = [
    {
      what: 'mutual TLS by port for pods that nobody selects',
      change: changed('PeerAuthentication', 'default', { portLevelMtls: { 80: { mode: 'DISABLE' } } }),
      told: /^PeerAuthentication\/ninefold-mesh\/default: /,
    },
    {
      what: 'a policy for both a selector and a target',
      change: changed('AuthorizationPolicy', 'orders-callers', {
        selector: { matchLabels: orders },
        targetRefs: [{ group: '', kind: 'Service', name: 'orders' }],
      }),
      told: /^AuthorizationPolicy\/commerce\/orders-callers: /,
    },
    {
      what: 'a filter that may be put in before the one that it stands beside',
      change: changed('EnvoyFilter', 'rate-limit', { priority: 0 }),
      told: /^IST0151 EnvoyFilter ninefold-gateway\/rate-limit: /,
    },
    {
      what: 'a control plane that would fetch an issuer’s keys from anywhere',
      change: changed('Deployment', 'istiod', { template: { spec: { containers: [] } } }),
      told: /^IST0175 /,
    },
    {
      what: 'a question about a login that is put to nobody',
      change: changed('AuthorizationPolicy', 'route-commerce-pages-login', { provider: undefined }),
      told: /^AuthorizationPolicy\/ninefold-gateway\/route-commerce-pages-login: /,
    },
    {
      what: 'a log that nobody writes',
      change: changed('Telemetry', 'access-log', { accessLogging: [{ providers: [{ name: '' }] }] }),
      told: /^Telemetry\/ninefold-gateway\/access-log: /,
    },
    {
      what: 'a token’s issuer whose keys are nowhere',
      change: changed('RequestAuthentication', 'issuer', { jwtRules: [{ issuer: '', jwksUri: 'nowhere' }] }),
      told: /^RequestAuthentication\/ninefold-gateway\/issuer: /,
    },
  ];
  for (const { what, change, told } of broken) {
    test(`finds ${what}`, async () => {
      const rendered = await render({ profile: 'minimal', capabilities: { gateway } });
      const { complaints, findings } = judgeIstio({
        ...rendered,
        objects: rendered.objects.map(change),
        around: rendered.around.map(change),
      });
      const all = [...complaints, ...findings.map(describeFinding)];
      assert.ok(
        all.some((one) => told.test(one)),
        all.join('\n') || 'nothing was found',
      );
    });
  }
});

/** Changes the spec of one object, and leaves the others. */
function changed(kind: string, name: string, spec: object) {
  return (object: Manifest): Manifest =>
    object.kind === kind && object.metadata.name === name
      ? { ...object, spec: { ...asRecord(object.spec), ...spec } }
      : object;
}
