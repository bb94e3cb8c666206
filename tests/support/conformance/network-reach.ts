import type { Destination } from '../../../components/kit/binding.ts';
import { asRecord, type Manifest } from '../../../components/kit/manifest.ts';

/** Who connects: pods of a namespace, by the labels that it carries. */
export interface Connecting {
  namespace: string;
  namespaceLabels: Readonly<Record<string, string>>;
}

/** Ports of a destination on which no network policy lets the client in. */
export function refusedPorts(
  policies: readonly Manifest[],
  client: Connecting,
  destination: Destination,
): number[] {
  const rules = policies
    .filter(({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.namespace === destination.namespace)
    .map(({ spec }) => asRecord(spec) ?? {})
    .filter((spec) => selects(spec.podSelector, destination.podLabels))
    .flatMap(({ ingress }) => (Array.isArray(ingress) ? ingress : []))
    .filter(({ from }) =>
      (Array.isArray(from) ? from : []).some((peer) => admits(peer, client, destination)),
    );
  return destination.ports.filter(
    (port) => !rules.some(({ ports }) => Array.isArray(ports) && ports.some((one) => one.port === port)),
  );
}

/** Whether a peer of a rule is any pod of the client's namespace. */
function admits(peer: unknown, client: Connecting, destination: Destination): boolean {
  const { podSelector, namespaceSelector } = asRecord(peer) ?? {};
  if (podSelector && !selects(podSelector, {})) return false;
  if (!namespaceSelector) return podSelector !== undefined && client.namespace === destination.namespace;
  const labels = { ...client.namespaceLabels, 'kubernetes.io/metadata.name': client.namespace };
  return selects(namespaceSelector, labels);
}

/** Whether a selector picks whatever carries at least these labels. Expressions pick nothing here. */
function selects(selector: unknown, labels: Readonly<Record<string, string>>): boolean {
  const { matchLabels, matchExpressions } = asRecord(selector) ?? {};
  const wanted = Object.entries(asRecord(matchLabels) ?? {});
  return matchExpressions === undefined && wanted.every(([key, value]) => labels[key] === value);
}
