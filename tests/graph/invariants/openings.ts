import { isDeepStrictEqual } from 'node:util';
import { asRecord, type Manifest } from '../../../components/kit/manifest.ts';
import { leaves } from '../../support/leaves.ts';
import { objectsOf } from '../../support/recorded-platform.ts';
import { declarations, exceptionsFor } from '../declarations.ts';
import { type Judged, recordAll } from '../environments.ts';
import { invariant, joinVerdicts, judgeEach } from '../invariant.ts';
import { pods, problemsOf } from '../pods.ts';

const environments = await recordAll();

invariant(environments, 'every listener has TLS, or is declared as an exception with a reason', (judged) =>
  joinVerdicts(
    declarations(judged).map(({ listeners, exceptions }) =>
      judgeEach(listeners, ({ name, tls }) => {
        const exception = exceptions.find(
          ({ rule, subject }) => rule === 'listener-plaintext' && subject === name,
        );
        return tls || exception?.reason ? undefined : `${name} is plain and not declared`;
      }),
    ),
  ),
);

invariant(environments, 'every declared exception is used', (judged) => {
  const policies = apiServerPolicies(judged).map(({ object }) => object.metadata.name);
  const privileged = pods(judged)
    .filter(({ spec }) => problemsOf(spec).length > 0)
    .map(({ object }) => object.metadata.name);
  return joinVerdicts(
    declarations(judged).map(({ listeners, exceptions }) =>
      judgeEach(exceptions, ({ rule, subject }) => {
        const used = {
          'listener-plaintext': listeners.some(({ name, tls }) => name === subject && !tls),
          'kubernetes-api': policies.includes(`${subject}-kubernetes-api`),
          privileged: privileged.includes(subject),
        };
        return used[rule] ? undefined : `${rule} of ${subject}`;
      }),
    ),
  );
});

/** Policies that let pods reach addresses instead of pods, apart from what the environment itself asks for. */
function apiServerPolicies({ all }: Judged) {
  return objectsOf(all).filter(
    ({ object }) =>
      object.kind === 'NetworkPolicy' &&
      !object.metadata.name.startsWith('exception-') &&
      leaves(asRecord(object.spec)?.egress).some(({ path }) => path.endsWith('ipBlock.cidr')),
  );
}

invariant(
  environments,
  'only declared pods reach the API server, and only its addresses and ports',
  (judged) => {
    const declared = exceptionsFor(judged, 'kubernetes-api').map(
      ({ subject }) => `${subject}-kubernetes-api`,
    );
    const { cidrs, ports } = judged.plan.environment.cluster.apiServer;
    return judgeEach(apiServerPolicies(judged), ({ object, resource }) => {
      if (!declared.includes(object.metadata.name)) return `${resource.name} is not declared`;
      const found = leaves(asRecord(object.spec)?.egress);
      const wrong = found.filter(
        ({ path, value }) =>
          (path.endsWith('.cidr') && !cidrs.includes(String(value))) ||
          (path.endsWith('.port') && !ports.includes(Number(value))),
      );
      return wrong.length === 0 ? undefined : `${resource.name} opens more than the API server`;
    });
  },
);

invariant(environments, 'every exception of the environment becomes one policy', ({ plan, all }) =>
  judgeEach(plan.environment.exceptions, ({ capability, to }) => {
    const policies = objectsOf(all).filter(
      ({ object }) =>
        object.kind === 'NetworkPolicy' &&
        object.metadata.namespace === `ninefold-${capability}` &&
        leaves(object.spec).some(({ value }) => value === to),
    );
    return policies.length === 1 ? undefined : `${capability} to ${to}: ${policies.length} policies`;
  }),
);

invariant(
  environments,
  'every namespace refuses all traffic both ways and holds its pods to a level',
  (judged) => {
    const objects = objectsOf(judged.all).map(({ object }) => object);
    const planned = declarations(judged).flatMap(({ namespaces, exceptions }) =>
      namespaces.map((namespace) => ({ ...namespace, exceptions })),
    );
    const emitted = objects.filter(({ kind }) => kind === 'Namespace');
    return judgeEach(emitted, ({ metadata }) => {
      const owned = planned.find(({ name }) => name === metadata.name);
      const level = metadata.labels?.['pod-security.kubernetes.io/enforce'];
      if (level !== (owned?.podSecurity ?? 'restricted')) return `${metadata.name} allows ${level} pods`;
      if (level !== 'restricted' && !owned?.exceptions.some(({ rule }) => rule === 'privileged')) {
        return `${metadata.name} allows ${level} pods without a declared exception`;
      }
      const denied = objects.some(
        ({ kind, metadata: { namespace }, spec }) =>
          kind === 'NetworkPolicy' &&
          namespace === metadata.name &&
          JSON.stringify(spec) === '{"podSelector":{},"policyTypes":["Ingress","Egress"]}',
      );
      return denied ? undefined : `${metadata.name} has no default-deny`;
    });
  },
);

invariant(environments, 'no network policy opens a port to everybody', ({ all }) =>
  judgeEach(
    objectsOf(all).filter(({ object }) => object.kind === 'NetworkPolicy'),
    ({ resource, object }) => {
      const { ingress, egress } = asRecord(object.spec) ?? {};
      const rules = [ingress, egress].flatMap((list) => (Array.isArray(list) ? list : []));
      const open = rules.filter((rule) => !(rule.from ?? rule.to)?.length || !rule.ports?.length);
      return open.length === 0 ? undefined : `${resource.name} has a rule without peers or ports`;
    },
  ),
);

/** The rules of a policy in one direction: peers and ports. */
function rulesOf(
  policy: Manifest,
  direction: 'ingress' | 'egress',
): { peers: Selector[]; ports: number[] }[] {
  const rules = asRecord(policy.spec)?.[direction];
  return (Array.isArray(rules) ? rules : []).map((rule) => ({
    peers: rule[direction === 'ingress' ? 'from' : 'to'] ?? [],
    ports: (rule.ports ?? []).map(({ port }: { port: number }) => port),
  }));
}

interface Selector {
  podSelector?: { matchLabels?: Record<string, string> };
  namespaceSelector?: unknown;
  ipBlock?: unknown;
}

function labelsOf(policy: Manifest): Record<string, string> {
  const selector = asRecord(asRecord(policy.spec)?.podSelector);
  return (asRecord(selector?.matchLabels) ?? {}) as Record<string, string>;
}

function policies(judged: Judged): readonly Manifest[] {
  return objectsOf(judged.layers.platform)
    .map(({ object }) => object)
    .filter(({ kind }) => kind === 'NetworkPolicy');
}

invariant(environments, 'no policy lets anybody in on a port that is not a declared listener', (judged) => {
  const listeners = declarations(judged).flatMap(({ namespaces, listeners: declared }) =>
    namespaces.map(({ name }) => ({ name, ports: declared.map(({ port }) => port) })),
  );
  return judgeEach(policies(judged), (policy) => {
    const { name, namespace } = policy.metadata;
    const known = listeners.find((one) => one.name === namespace)?.ports ?? [];
    const opened = rulesOf(policy, 'ingress').flatMap(({ ports }) => ports);
    const unknown = opened.filter((port) => !known.includes(port));
    return unknown.length === 0 ? undefined : `${name} lets in on ${unknown.join(', ')}`;
  });
});

invariant(environments, 'whoever may connect within a namespace is let in at the other end', (judged) => {
  const all = policies(judged);
  const connections = all.flatMap((policy) =>
    rulesOf(policy, 'egress').flatMap(({ peers, ports }) =>
      peers
        .filter(({ podSelector, namespaceSelector }) => podSelector && !namespaceSelector)
        .flatMap(({ podSelector }) =>
          ports.map((port) => ({ policy, to: podSelector?.matchLabels ?? {}, port })),
        ),
    ),
  );
  return judgeEach(connections, ({ policy, to, port }) => {
    const admitted = all.some(
      (other) =>
        other.metadata.namespace === policy.metadata.namespace &&
        isDeepStrictEqual(labelsOf(other), to) &&
        rulesOf(other, 'ingress').some(
          (rule) =>
            rule.ports.includes(port) &&
            rule.peers.some(({ podSelector }) =>
              isDeepStrictEqual(podSelector?.matchLabels, labelsOf(policy)),
            ),
        ),
    );
    return admitted ? undefined : `${policy.metadata.name} leads to a port ${port} that lets nobody in`;
  });
});
