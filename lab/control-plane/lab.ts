/** A lab as its users see it. */
import type { RunningComponents } from './daemon.ts';

/** A control plane on this machine. */
export interface Lab {
  readonly name: string;
  readonly directory: string;
  /** A kubeconfig file with cluster-admin rights. */
  readonly kubeconfig: string;
  /** The context in it. */
  readonly context: string;
  /** The API server's address, on the loopback interface. */
  readonly server: string;
  /** The components that run, with their process ids. */
  readonly pids: RunningComponents;
  /** Whether all components run and the API server says that it is ready. */
  readonly ready: boolean;
}

/** A lab can't be started, or not be taken as given; says which component, its last words, and what to do. */
export class LabError extends Error {
  override readonly name = 'LabError';
}
