/** How the API server is reached from inside the cluster, for network policies. */
export interface ApiServerAddress {
  /** Address ranges in CIDR notation. */
  cidrs: readonly string[];
  ports: readonly number[];
}

/** The cluster an environment runs on. */
export type ClusterSettings =
  | { kind: 'lab'; version: string; crds: 'planned' | 'all'; apiServer: ApiServerAddress }
  | { kind: 'existing'; version: string; kubeconfig?: string; context: string; apiServer: ApiServerAddress };
