import type * as pulumi from '@pulumi/pulumi';
import type { KubernetesObject } from '../../kit/kubernetes-object.ts';
import type { Scope } from '../../kit/scope.ts';
import { serviceAccount } from '../../kit/workload.ts';
import { externalSecretsKinds } from './kinds.ts';
import { secretsNamespace } from './names.ts';
import { databaseSecret } from './platform-state.ts';
import type { SecretsSettings } from './settings.ts';
import { externalSecret, namespaceStore, readerObjects } from './stores.ts';

/** Brings the credentials of each database, and its authority, from where its operator wrote them. */
export function emitDatabaseCredentials(
  scope: Scope<SecretsSettings>,
  after: readonly pulumi.Resource[],
): KubernetesObject[] {
  return scope.settings.databases.map(({ name, namespace, credentials, authority }) => {
    const id = databaseSecret(name);
    const reader = { account: id, namespace: secretsNamespace };
    const grant = readerObjects(`secrets-${name}`, reader, {
      namespace,
      secretNames: [...new Set([credentials, authority.secretName])],
    });
    const account = scope.object(`${id}-account`, serviceAccount(id), { dependsOn: after });
    const role = scope.object(`${id}-role`, grant.role, { dependsOn: after });
    const binding = scope.object(`${id}-role-binding`, grant.binding, { dependsOn: [account, role] });
    const store = scope.custom(
      `${id}-store`,
      externalSecretsKinds.SecretStore,
      { metadata: { name: id }, spec: namespaceStore(id, namespace) },
      { dependsOn: [binding, ...after], readyWhen: 'condition=Ready' },
    );
    const keys = [
      { key: 'username', from: credentials, property: 'username' },
      { key: 'password', from: credentials, property: 'password' },
      { key: 'ca.crt', from: authority.secretName, property: authority.key },
    ];
    return scope.custom(
      id,
      externalSecretsKinds.ExternalSecret,
      { metadata: { name: id }, spec: externalSecret(id, { kind: 'SecretStore', name: id }, keys) },
      // Not waited for: the database may come up after this. The configuration program takes it when it is there.
      { dependsOn: [store] },
    );
  });
}
