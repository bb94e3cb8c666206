import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Facts } from '../components/kit/capability-types.ts';
import { apiVersion } from '../components/kit/kinds.ts';
import { gatewayApiCrds } from '../components/kit/gateway-api.ts';
import { istioCrds } from '../components/kit/istio-kinds.ts';
import { asRecord, type Manifest } from '../components/kit/manifest.ts';
import { profileNames } from '../components/kit/profile.ts';
import { describeFinding, istioctl, judgeIstio, meantAsItIs } from './support/istio-judge.ts';
import { boundObjects, gateway, madeByTeam, orders } from './support/istio-team.ts';
import { objectsOf, recordPlatform, type TestEnvironment } from './support/recorded-platform.ts';

const environments = profileNames.flatMap((profile) =>
  (['ambient', 'sidecar'] as const).map((dataPlane) => ({
    name: `${profile}, ${dataPlane}`,
    environment: { profile, capabilities: { mesh: { dataPlane }, gateway } },
  })),
);

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
  const bound = await boundObjects(environment);
  const objects = [...objectsOf(all).map(({ object }) => object), ...bound];
  const own = objects.filter((object) => judged.has(`${object.apiVersion} ${object.kind}`));
  const around = objects.filter(({ kind }) => ['Namespace', 'Service', 'Deployment'].includes(kind));
  const { rootNamespace } = facts;
  return {
    objects: own,
    around: [...around, ...madeByTeam(facts)],
    meshConfig: values?.meshConfig,
    rootNamespace,
  };
}

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
        const known = meantAsItIs.find(({ said }) => said.test(one));
        if (known) met.add(known.said);
        return !known;
      });
      assert.deepEqual(wrong, []);
    });
  }

  test('still says all that is accepted', () => {
    assert.deepEqual(
      meantAsItIs.filter(({ said }) => !met.has(said)),
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
