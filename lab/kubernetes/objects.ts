/** Metadata of an object; fields that nobody here reads are kept as they are. */
export interface ObjectMetadata {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: { apiVersion: string; kind: string; name: string; uid: string }[];
  managedFields?: ManagedFields[];
  [field: string]: unknown;
}

/** What one field manager owns of an object, as `metadata.managedFields` records it. */
export interface ManagedFields {
  manager?: string;
  operation?: string;
  subresource?: string;
  apiVersion?: string;
  fieldsType?: string;
  fieldsV1?: Record<string, unknown>;
  [field: string]: unknown;
}

/** Any Kubernetes object, as the API server sends and takes it. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMetadata;
  [field: string]: unknown;
}

/** Which kind of object, in which namespace (all namespaces, or cluster-wide, when left out). */
export interface CollectionReference {
  apiVersion: string;
  kind: string;
  namespace?: string;
}

/** Which object. */
export interface ObjectReference extends CollectionReference {
  name: string;
}

/** Names an object the way people read it: `apps/v1 Deployment shop/orders`. */
export function describeObject(reference: ObjectReference): string {
  const name = reference.namespace ? `${reference.namespace}/${reference.name}` : reference.name;
  return `${reference.apiVersion} ${reference.kind} ${name}`;
}

/** The reference of an object, as it stands in the object itself. */
export function referenceOf(object: KubernetesObject): ObjectReference {
  const { name, namespace } = object.metadata;
  return { apiVersion: object.apiVersion, kind: object.kind, name, ...(namespace ? { namespace } : {}) };
}
