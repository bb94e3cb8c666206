import type { ApiServerAddress } from './cluster-settings.ts';
import type { Manifest } from './manifest.ts';

/**
 * Pods by label, in one namespace, in all that carry some labels, or in the policy's own. Without labels: all
 * pods there.
 */
export interface PodPeer {
  namespace?: string;
  namespaceLabels?: Readonly<Record<string, string>>;
  podLabels?: Readonly<Record<string, string>>;
}

/** Addresses outside the cluster, in CIDR notation. */
export interface AddressPeer {
  cidr: string;
}

export type Peer = PodPeer | AddressPeer;

/** Who may talk with some pods, on which ports. Each part is one direction of one network intent. */
export interface NetworkIntent {
  name: string;
  namespace?: string;
  /** The pods the intent is about. Without labels: all pods of the namespace. */
  pods?: Readonly<Record<string, string>>;
  from?: { peers: readonly Peer[]; ports: readonly number[] };
  to?: { peers: readonly Peer[]; ports: readonly number[] };
}

/** The one generator of network policies: an intent in, a policy out. */
export function networkPolicy(intent: NetworkIntent): Manifest {
  const { from, to } = intent;
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: intent.name, ...(intent.namespace ? { namespace: intent.namespace } : {}) },
    spec: {
      podSelector: intent.pods ? { matchLabels: intent.pods } : {},
      policyTypes: [...(from ? ['Ingress'] : []), ...(to ? ['Egress'] : [])],
      ...(from ? { ingress: [{ from: from.peers.map(peerSelector), ports: from.ports.map(tcp) }] } : {}),
      ...(to ? { egress: [{ to: to.peers.map(peerSelector), ports: to.ports.map(tcp) }] } : {}),
    },
  };
}

/** Refuses everything, both ways, for every pod of a namespace. */
export function denyAll(namespace: string): Manifest {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'default-deny', namespace },
    spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
  };
}

/** Lets every pod of a namespace ask the cluster's name servers, and nothing else. */
export function allowNameResolution(namespace: string): Manifest {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'allow-name-resolution', namespace },
    spec: {
      podSelector: {},
      policyTypes: ['Egress'],
      egress: [
        {
          to: [peerSelector({ namespace: 'kube-system', podLabels: { 'k8s-app': 'kube-dns' } })],
          ports: [
            { protocol: 'UDP', port: 53 },
            { protocol: 'TCP', port: 53 },
          ],
        },
      ],
    },
  };
}

/** Lets some pods talk to the API server. Needs a `kubernetes-api` exception that is declared for the subject. */
export function allowKubernetesApi(
  subject: string,
  pods: Readonly<Record<string, string>>,
  address: ApiServerAddress,
  namespace?: string,
): Manifest {
  return networkPolicy({
    name: `${subject}-kubernetes-api`,
    ...(namespace ? { namespace } : {}),
    pods,
    to: { peers: address.cidrs.map((cidr) => ({ cidr })), ports: address.ports },
  });
}

function peerSelector(peer: Peer): object {
  if ('cidr' in peer) return { ipBlock: { cidr: peer.cidr } };
  const byName = peer.namespace ? { 'kubernetes.io/metadata.name': peer.namespace } : undefined;
  const namespaces = byName || peer.namespaceLabels ? { ...peer.namespaceLabels, ...byName } : undefined;
  return {
    ...(namespaces ? { namespaceSelector: { matchLabels: namespaces } } : {}),
    ...(peer.podLabels || !namespaces ? { podSelector: { matchLabels: peer.podLabels ?? {} } } : {}),
  };
}

function tcp(port: number): object {
  return { protocol: 'TCP', port };
}
