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
