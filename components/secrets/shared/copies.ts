import type * as pulumi from '@pulumi/pulumi';
import type { KubernetesObject } from '../../kit/kubernetes-object.ts';
import type { Scope } from '../../kit/scope.ts';
import { externalSecretsKinds } from './kinds.ts';
import { externalSecret, namespaceStore, readerObjects, storeKind } from './stores.ts';

/** A Secret that is brought from another namespace. */
export interface Copy {
  name: string;
  from: { namespace: string; secretName: string };
  keys?: readonly string[] | undefined;
}

/** Whose copies they are. */
export interface CopyReader {
  name: string;
  namespace: string;
  account: string;
}

/**
 * Brings Secrets from other namespaces: for each of those a store that reads it as the reader's own service account,
 * and the right to read exactly those Secrets there. Nobody can have anything copied that nobody granted.
 */
export function emitCopies(
  scope: Scope<unknown>,
  reader: CopyReader,
  copies: readonly Copy[],
  after?: readonly pulumi.Resource[],
): KubernetesObject[] {
  const options = after ? { dependsOn: after } : {};
  const bySource = Map.groupBy(copies, (copy) => copy.from.namespace);
  return [...bySource].flatMap(([namespace, wanted]) => {
    const id = `${reader.name}-from-${namespace}`;
    const grantName = `${reader.name}.${reader.namespace}`;
    const secretNames = [...new Set(wanted.map((copy) => copy.from.secretName))];
    const grant = readerObjects(grantName, reader, { namespace, secretNames });
    const role = scope.object(`grant-${id}`, grant.role, options);
    const binding = scope.object(`grant-${id}-binding`, grant.binding, { dependsOn: [role] });
    const store = scope.custom(
      `store-${id}`,
      externalSecretsKinds.SecretStore,
      {
        metadata: { name: id, namespace: reader.namespace },
        spec: namespaceStore(reader.account, namespace),
      },
      { dependsOn: [binding, ...(after ?? [])], readyWhen: 'condition=Ready' },
    );
    return wanted.map((copy) => {
      const what =
        copy.keys?.map((key) => ({ key, from: copy.from.secretName, property: key })) ?? copy.from.secretName;
      return scope.custom(
        `copy-${copy.name}`,
        externalSecretsKinds.ExternalSecret,
        {
          metadata: { name: copy.name, namespace: reader.namespace },
          spec: externalSecret(copy.name, { kind: storeKind, name: id }, what),
        },
        { dependsOn: [store], readyWhen: 'condition=Ready' },
      );
    });
  });
}
