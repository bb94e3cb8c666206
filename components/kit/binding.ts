import type * as pulumi from '@pulumi/pulumi';

/** What a workload gets when a capability serves it. The golden path adds bindings up. */
export interface Binding {
  /** Environment variables, by name. */
  environment: Readonly<Record<string, string>>;
  /** Secrets mounted as files, by mount path. They are in the client's own namespace. */
  secrets: readonly MountedSecret[];
  /** Where the workload must be able to connect to. */
  egress: readonly Destination[];
  /** The resources that grant it: a workload must come after them. */
  grantedBy: readonly pulumi.Resource[];
}

export interface MountedSecret {
  secretName: string;
  mountPath: string;
}

/** Pods in a namespace, on ports. */
export interface Destination {
  namespace: string;
  podLabels: Readonly<Record<string, string>>;
  ports: readonly number[];
}
