import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Facts } from '../../../components/kit/capability-types.ts';
import { asRecord, type Manifest } from '../../../components/kit/manifest.ts';
import { objectsOf } from '../../support/recorded-platform.ts';
import { type Judged, recordAll } from '../environments.ts';
import { invariant, judgeEach, type Verdict } from '../invariant.ts';

const environments = await recordAll();

function meshFactsOf({ plan }: Judged): Facts<'mesh'> {
  const planned = plan.capabilities.find(({ capability }) => capability === 'mesh');
  assert.ok(planned);
  return planned.facts as Facts<'mesh'>;
}

/** What of these objects the mesh would take in: namespaces, and pods that join by themselves. */
function joining(objects: readonly Manifest[], facts: Facts<'mesh'>): Verdict {
  const joins = Object.entries(facts.namespaceLabels);
  const carriers = objects.filter(({ kind }) =>
    ['Namespace', 'Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob'].includes(kind),
  );
  return judgeEach(carriers, ({ kind, metadata, spec }) => {
    const template = asRecord(asRecord(asRecord(spec)?.template)?.metadata);
    const labels = { ...metadata.labels, ...asRecord(template?.labels) };
    const found = joins.find(([key, value]) => labels[key] === value);
    return found ? `${kind} ${metadata.name} joins the mesh by ${found.join('=')}` : undefined;
  });
}

// Strict mutual TLS would refuse the API server's calls to the webhooks of operators.
invariant(environments, 'nothing of the platform itself joins the mesh', (judged) =>
  joining(
    objectsOf(judged.all).map(({ object }) => object),
    meshFactsOf(judged),
  ),
);

test('a namespace that joins would be found, whatever the data plane', () => {
  for (const judged of environments) {
    const facts = meshFactsOf(judged);
    const namespace = {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'wrong', labels: facts.namespaceLabels },
    };
    assert.equal(joining([namespace], facts).wrong.length, 1, judged.name);
  }
});

invariant(
  environments,
  'the mesh takes no connection without mutual TLS, and allows nothing by itself',
  (judged) => {
    const { rootNamespace, waypoint } = meshFactsOf(judged);
    const root = objectsOf(judged.all)
      .map(({ object }) => object)
      .filter(({ metadata }) => metadata.namespace === rootNamespace);
    const strict = root.some(
      ({ kind, spec }) => kind === 'PeerAuthentication' && asRecord(asRecord(spec)?.mtls)?.mode === 'STRICT',
    );
    const policies = root.filter(({ kind }) => kind === 'AuthorizationPolicy');
    const denies = policies.some(({ spec }) => JSON.stringify(spec) === '{}');
    const refused = JSON.stringify({
      targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'GatewayClass', name: waypoint?.className }],
    });
    const deniesAtWaypoints = !waypoint || policies.some(({ spec }) => JSON.stringify(spec) === refused);
    return judgeEach(Object.entries({ strict, denies, deniesAtWaypoints }), ([name, holds]) =>
      holds ? undefined : `${name} does not hold`,
    );
  },
);
