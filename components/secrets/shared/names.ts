import { capabilityNamespace, keys } from '../../kit/naming.ts';

/** Names, ports and mounts that both implementations share. */

/** Namespace of the server, its configuration, and External Secrets. */
export const secretsNamespace = capabilityNamespace('secrets');

/** Mounts of the engines. */
export const mounts = { kv: 'kv', pki: 'pki', transit: 'transit', database: 'database' } as const;

/** How pods log in. The audience keeps a token that was made for the API server, or for anybody else, out. */
export const kubernetesAuth = { mount: 'kubernetes', audience: 'ninefold-secrets' } as const;

/** Ports of the server's pods. Each listener opens the next port too, for the other nodes. */
export const ports = { api: 8200, cluster: 8201, metrics: 8202, metricsCluster: 8203 } as const;

/** Secret with the server's certificate, key, and authority. */
export const serverCertificate = 'server-tls';

/** The store by which namespaces of the platform have secrets delivered. */
export const platformStore = 'ninefold-platform';

/** Roles by which the platform itself logs in. None has a dot, so none is taken for a service's. */
export const roles = { configurator: 'configurator', platform: 'platform', snapshots: 'snapshots' } as const;

/** Service accounts of the platform's own pods, and the one whose token External Secrets shows for the platform. */
export const accounts = {
  configurator: 'configurator',
  platform: 'platform-secrets',
  snapshots: 'snapshots',
} as const;

/** Labels of the configuration program's pods. */
export const configuratorLabels = { 'app.kubernetes.io/name': 'configurator' } as const;

/** Labels of the pods that take snapshots. */
export const snapshotLabels = { 'app.kubernetes.io/name': 'snapshots' } as const;

/** What a namespace must carry for its pods to reach the API. */
export const clientNamespaceLabels = { [keys.clientOf('secrets')]: 'true' };

/** Name of a service's policy and role, and of its part of each engine. */
export function clientName(need: { name: string; namespace: string }): string {
  return `${need.name}.${need.namespace}`;
}
