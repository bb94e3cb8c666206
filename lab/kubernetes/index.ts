export {
  type ChangeOptions,
  type DeleteOptions,
  KubernetesClient,
  type PatchType,
  type Selection,
} from './client.ts';
export type { ApiResource } from './discovery.ts';
export {
  hasReason,
  isNotFound,
  KubernetesApiError,
  KubernetesConnectionError,
  type StatusDetails,
  UnknownKindError,
} from './errors.ts';
export { type ClusterConnection, KubeconfigError, parseKubeconfig, readKubeconfig } from './kubeconfig.ts';
export {
  type CollectionReference,
  describeObject,
  type KubernetesObject,
  type ManagedFields,
  type ObjectMetadata,
  type ObjectReference,
  referenceOf,
} from './objects.ts';
export type { RetryOptions, RetryReport } from './retries.ts';
export type { Method, RequestOptions, TransportOptions } from './transport.ts';
export type { WatchEvent } from './watch.ts';
