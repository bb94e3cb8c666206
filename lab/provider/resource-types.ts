/** What a resource's type says about the object: which kind in which API version. */
export interface ObjectType {
  apiVersion: string;
  kind: string;
}

/** Parts of the Kubernetes package that are programs of their own in the official provider. */
const notServed: Record<string, string> = {
  'helm.sh': 'Helm releases and charts: vendor the chart and declare its objects one by one',
  yaml: 'YAML files: declare their objects one by one',
  kustomize: 'kustomizations: declare their objects one by one',
};

/** The groups that the API server brings along; every other group is served from custom resources. */
const builtInGroups = new Set([
  '',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'apiregistration.k8s.io',
  'apps',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'coordination.k8s.io',
  'discovery.k8s.io',
  'events.k8s.io',
  'flowcontrol.apiserver.k8s.io',
  'internal.apiserver.k8s.io',
  'networking.k8s.io',
  'node.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'resource.k8s.io',
  'scheduling.k8s.io',
  'storage.k8s.io',
  'storagemigration.k8s.io',
]);

/** Raised for a resource type that this provider leaves to the official one. */
export class UnservedTypeError extends Error {
  override name = 'UnservedTypeError';
}

/**
 * Reads a type token such as `kubernetes:apps/v1:Deployment`.
 * @throws {UnservedTypeError} for Helm, YAML, kustomize, patch and list resources
 */
export function objectTypeOf(token: string): ObjectType {
  const [, module = '', kind = ''] = token.split(':');
  const group = module.split('/')[0] ?? '';
  const reason = notServed[group];
  if (reason !== undefined)
    throw new UnservedTypeError(`${token}: the lab's provider does not serve ${reason}.`);
  if (module === '' || kind === '')
    throw new UnservedTypeError(`${token} is no type of a Kubernetes object.`);
  const apiVersion = group === 'core' ? module.slice('core/'.length) : module;
  // A custom resource may well be called IPAllowList.
  const builtIn = !isCustom(apiVersion);
  if (builtIn && kind.endsWith('Patch')) {
    throw new UnservedTypeError(
      `${token}: the lab's provider does not serve patches of objects that others own; declare the object itself.`,
    );
  }
  if (builtIn && kind.endsWith('List')) {
    throw new UnservedTypeError(
      `${token}: the lab's provider does not serve lists; declare the objects one by one.`,
    );
  }
  return { apiVersion, kind };
}

/** The type token in a URN `urn:pulumi:<stack>::<project>::<parent types>$<type>::<name>`. */
export function typeTokenOf(urn: string): string {
  return urn.split('::')[2]?.split('$').at(-1) ?? '';
}

/** The logical name in a URN. */
export function logicalNameOf(urn: string): string {
  return urn.split('::').slice(3).join('::');
}

/** The API group: empty for core. */
export function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
}

/** Whether objects of this API version are custom resources. */
export function isCustom(apiVersion: string): boolean {
  return !builtInGroups.has(groupOf(apiVersion));
}
