/**
 * What the platform refuses unless it is declared with a reason.
 * - `listener-plaintext`: a port without TLS; the subject is the listener's name.
 * - `kubernetes-api`: a pod that talks to the API server; the subject is the workload's name.
 * - `privileged`: a pod beyond the restricted Pod Security level; the subject is the workload's name.
 */
export type ExceptionRule = 'listener-plaintext' | 'kubernetes-api' | 'privileged';

/** An opening that a technology cannot do without, declared by its implementation. */
export interface DeclaredException {
  rule: ExceptionRule;
  subject: string;
  reason: string;
}

/** An opening that the people who run an environment ask for. */
export interface EnvironmentException {
  /** `egress`: lets the pods of a capability connect to addresses outside the cluster. */
  rule: 'egress';
  capability: string;
  /** Address range in CIDR notation. */
  to: string;
  ports: readonly number[];
  reason: string;
  /** Last day on which it holds, `YYYY-MM-DD`. */
  until: string;
}
