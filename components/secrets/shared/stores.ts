import { externalSecretsKinds } from './kinds.ts';
import type { SecretsFacts } from '../capability.ts';

/** A store that reads the server as one service account. */
export function serverStore(
  facts: SecretsFacts,
  as: {
    role: string;
    account: string;
    namespace?: string;
    authority: { secretName: string; namespace?: string };
  },
) {
  const { secretName, namespace } = as.authority;
  return {
    provider: {
      vault: {
        server: facts.address,
        path: facts.mounts.kv,
        version: 'v2',
        caProvider: {
          type: 'Secret',
          name: secretName,
          key: facts.authority.key,
          ...(namespace ? { namespace } : {}),
        },
        auth: {
          kubernetes: {
            mountPath: facts.kubernetesAuth.mount,
            role: as.role,
            serviceAccountRef: {
              name: as.account,
              audiences: [facts.kubernetesAuth.audience],
              ...(as.namespace ? { namespace: as.namespace } : {}),
            },
          },
        },
      },
    },
  };
}

/** The store of the platform's own namespaces: it reads what is kept for the platform, and serves nobody else. */
export function clusterStore(facts: SecretsFacts, role: string, account: string) {
  const { namespace, authority } = facts;
  const as = { role, account, namespace, authority: { secretName: authority.secretName, namespace } };
  return { ...serverStore(facts, as), conditions: [{ namespaceRegexes: ['^ninefold-'] }] };
}

/** A store that reads Secrets of another namespace as one service account, which may read exactly those. */
export function namespaceStore(account: string, remoteNamespace: string) {
  return {
    provider: {
      kubernetes: {
        remoteNamespace,
        server: { caProvider: { type: 'ConfigMap', name: 'kube-root-ca.crt', key: 'ca.crt' } },
        auth: { serviceAccount: { name: account } },
      },
    },
  };
}

/** One key of a delivered Secret: where it is read. */
export interface DeliveredKey {
  key: string;
  /** Name or path in the store. */
  from: string;
  /** Field there. */
  property: string;
}

/** Has a Secret written from a store, and written anew every five minutes. */
export function externalSecret(
  target: string,
  store: { kind: string; name: string },
  what: readonly DeliveredKey[] | string,
) {
  return {
    refreshInterval: '5m0s',
    secretStoreRef: store,
    target: { name: target, creationPolicy: 'Owner', deletionPolicy: 'Retain' },
    ...(typeof what === 'string'
      ? { dataFrom: [{ extract: { key: what } }] }
      : {
          data: what.map(({ key, from, property }) => ({
            secretKey: key,
            remoteRef: { key: from, property },
          })),
        }),
  };
}

/** Lets one service account read some Secrets of another namespace, by name. */
export function readerObjects(
  name: string,
  reader: { account: string; namespace: string },
  from: { namespace: string; secretNames: readonly string[] },
) {
  const rules = [
    { apiGroups: [''], resources: ['secrets'], resourceNames: from.secretNames, verbs: ['get'] },
  ];
  const metadata = { name, namespace: from.namespace };
  return {
    role: { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata, rules },
    binding: {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
      subjects: [{ kind: 'ServiceAccount', name: reader.account, namespace: reader.namespace }],
    },
  };
}

export const storeKind = externalSecretsKinds.SecretStore.kind;
