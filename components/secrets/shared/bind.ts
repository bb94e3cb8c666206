import type { Binding } from '../../kit/binding.ts';
import type { KubernetesObject } from '../../kit/kubernetes-object.ts';
import type { Scope } from '../../kit/scope.ts';
import type { SecretsFacts, SecretsNeeds } from '../capability.ts';
import { clientState, databaseRole, secretPath, transitKey, wantsServer } from './client-state.ts';
import { configurationRun } from './configurator.ts';
import { emitCopies } from './copies.ts';
import { externalSecretsKinds } from './kinds.ts';
import { clientName } from './names.ts';
import { clientLabel, dataKey } from './program/desired.ts';
import { externalSecret, serverStore, storeKind } from './stores.ts';

const authorityPath = '/var/run/secrets/ninefold.dev/secrets-authority';
const tokenPath = '/var/run/secrets/ninefold.dev/secrets';

/** Gives one service exactly what it asks for: kept secrets, copies, and what it may ask the server itself. */
export function bindClient(scope: Scope<unknown>, facts: SecretsFacts, need: SecretsNeeds): Binding {
  const authority = `${need.name}-secrets-authority`;
  const reader = { name: need.name, namespace: need.namespace, account: need.serviceAccount };
  const copies = emitCopies(scope, reader, [
    ...need.copies,
    ...(wantsServer(need)
      ? [
          {
            name: authority,
            from: { namespace: facts.namespace, secretName: facts.authority.secretName },
            keys: [facts.authority.key],
          },
        ]
      : []),
  ]);
  const copied = need.copies.map(({ name, mountPath }) => ({ secretName: name, mountPath }));
  if (!wantsServer(need)) return { environment: {}, secrets: copied, egress: [], grantedBy: copies };

  const granted = emitClientState(scope, facts, need);
  const delivered = emitDelivery(scope, facts, need, { authority, after: [granted, ...copies] });
  const kept = need.secrets.map(({ name, mountPath }) => ({
    secretName: deliveredName(need, name),
    mountPath,
  }));
  const grantedBy = [granted, ...copies, ...delivered];
  if (need.transitKeys.length + need.databases.length === 0 && !need.certificates) {
    return { environment: {}, secrets: [...copied, ...kept], egress: [], grantedBy };
  }
  return {
    environment: directEnvironment(facts, need),
    secrets: [...copied, ...kept, { secretName: authority, mountPath: authorityPath }],
    tokens: [
      { audience: facts.kubernetesAuth.audience, mountPath: tokenPath, fileName: 'token', seconds: 3600 },
    ],
    egress: [{ namespace: facts.namespace, podLabels: facts.pods.podLabels, ports: [facts.pods.port] }],
    grantedBy,
  };
}

/** Writes what the server has to hold for the service beside the server, and has the program make it so. */
function emitClientState(scope: Scope<unknown>, facts: SecretsFacts, need: SecretsNeeds): KubernetesObject {
  const client = clientName(need);
  const text = JSON.stringify(clientState(facts, need), null, 2);
  const wanted = scope.object(`client-${client}`, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `client-${client}`, namespace: facts.namespace, labels: { [clientLabel]: 'true' } },
    data: { [dataKey]: text },
  });
  return configurationRun(scope, `configure-${client}`, client + text, [wanted]);
}

/** Name of a delivered Secret in the service's namespace. */
function deliveredName(need: SecretsNeeds, secret: string): string {
  return `${need.name}-${secret}`;
}

/** A store that reads as the service itself, so that nobody else in the namespace can have its secrets delivered. */
function emitDelivery(
  scope: Scope<unknown>,
  facts: SecretsFacts,
  need: SecretsNeeds,
  { authority, after }: { authority: string; after: readonly KubernetesObject[] },
): KubernetesObject[] {
  if (need.secrets.length === 0) return [];
  const { namespace, name: service } = need;
  const as = { role: clientName(need), account: need.serviceAccount, authority: { secretName: authority } };
  const store = scope.custom(
    `store-${service}`,
    externalSecretsKinds.SecretStore,
    { metadata: { name: service, namespace }, spec: serverStore(facts, as) },
    { dependsOn: after, readyWhen: 'condition=Ready' },
  );
  const deliveries = need.secrets.map(({ name, keys, generated }) => {
    const from = secretPath(need, name);
    const target = deliveredName(need, name);
    return scope.custom(
      `secret-${target}`,
      externalSecretsKinds.ExternalSecret,
      {
        metadata: { name: target, namespace },
        spec: externalSecret(
          target,
          { kind: storeKind, name: service },
          keys.map((key) => ({ key, from, property: key })),
        ),
      },
      // What people write may be written later; the service's pods wait for it, and not the whole platform.
      { dependsOn: [store], ...(generated ? { readyWhen: 'condition=Ready' } : {}) },
    );
  });
  return [store, ...deliveries];
}

/** What a service needs to ask the server itself. The names are those that the clients of both products read. */
function directEnvironment(facts: SecretsFacts, need: SecretsNeeds): Record<string, string> {
  const { transit, database, pki } = facts.mounts;
  const variable = (name: string) => name.toUpperCase().replaceAll('-', '_');
  return {
    VAULT_ADDR: facts.address,
    VAULT_CACERT: `${authorityPath}/${facts.authority.key}`,
    SECRETS_LOGIN_PATH: `auth/${facts.kubernetesAuth.mount}/login`,
    SECRETS_LOGIN_ROLE: clientName(need),
    SECRETS_LOGIN_TOKEN_FILE: `${tokenPath}/token`,
    ...Object.fromEntries(
      need.transitKeys.map((key) => [
        `SECRETS_KEY_${variable(key)}`,
        `${transit}/keys/${transitKey(need, key)}`,
      ]),
    ),
    ...Object.fromEntries(
      need.databases.map((one) => [
        `SECRETS_DATABASE_${variable(one.database)}`,
        `${database}/creds/${databaseRole(need, one.database)}`,
      ]),
    ),
    ...(need.certificates ? { SECRETS_CERTIFICATES: `${pki}/issue/${clientName(need)}` } : {}),
  };
}
