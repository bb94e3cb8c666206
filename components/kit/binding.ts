import type * as pulumi from '@pulumi/pulumi';

/** What a workload gets when a capability serves it. The golden path adds bindings up. */
export interface Binding {
  /** Environment variables, by name. */
  environment: Readonly<Record<string, string>>;
  /** Secrets mounted as files, by mount path. They are in the client's own namespace. */
  secrets: readonly MountedSecret[];
  /** Tokens of its service account that are made for somebody else than the API server. @default none */
  tokens?: readonly ProjectedToken[];
  /** Where the workload must be able to connect to. */
  egress: readonly Destination[];
  /** The resources that grant it: a workload must come after them. */
  grantedBy: readonly pulumi.Resource[];
}

export interface MountedSecret {
  secretName: string;
  mountPath: string;
}

/** A short-lived token by which a workload proves who it is to one audience; the kubelet renews the file. */
export interface ProjectedToken {
  audience: string;
  /** Directory that holds the token, and its file there. */
  mountPath: string;
  fileName: string;
  /** Life of each token, in seconds. */
  seconds: number;
}

/** Pods in a namespace, on ports. */
export interface Destination {
  namespace: string;
  podLabels: Readonly<Record<string, string>>;
  ports: readonly number[];
}
