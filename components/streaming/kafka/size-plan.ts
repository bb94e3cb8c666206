/** How often messages are kept and how the cluster stays available, worked out from its size. Pure. */

/** Copies of each message. */
export interface Replication {
  /** Brokers that hold a copy. */
  factor: number;
  /** Copies that must be written before a message counts. */
  minInSync: number;
}

/** What may be asked for; whatever is left out is worked out. */
export interface WantedReplication {
  factor?: number | undefined;
  minInSync?: number | undefined;
}

/**
 * Three copies where there are enough brokers, and one less that must be written, so that any one broker may be
 * away without a message being lost or a topic becoming read-only. What is asked for is taken as it is.
 */
export function planReplication(brokers: number, wanted: WantedReplication = {}): Replication {
  const factor = wanted.factor ?? Math.min(3, brokers);
  return { factor, minInSync: wanted.minInSync ?? Math.max(1, factor - 1) };
}

/** What a node of the cluster does. */
export type NodeRole = 'controller' | 'broker';

/** Equal nodes of the cluster. */
export interface PlannedPool {
  name: 'brokers' | 'controllers';
  roles: readonly NodeRole[];
  replicas: number;
}

/** One pool that does both, or controllers of their own beside the brokers. */
export function planPools(brokers: number, controllers: number): readonly PlannedPool[] {
  if (controllers === 0) return [{ name: 'brokers', roles: ['controller', 'broker'], replicas: brokers }];
  return [
    { name: 'controllers', roles: ['controller'], replicas: controllers },
    { name: 'brokers', roles: ['broker'], replicas: brokers },
  ];
}
