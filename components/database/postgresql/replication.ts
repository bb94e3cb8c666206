/** How many copies must have a transaction before it counts, worked out from the number of instances. Pure. */

/** What the operator is told about synchronous copies. */
export interface SynchronousReplication {
  /** Any of the copies will do. */
  method: 'any';
  /** How many must have a transaction before it counts. */
  number: number;
  /**
   * - `required`: writes wait until there are enough copies again.
   * - `preferred`: writes go on with the copies there are.
   */
  dataDurability: 'required' | 'preferred';
  /** Whether an instance takes over only when it is sure to have every transaction that counted. */
  failoverQuorum: boolean;
}

/**
 * A majority, the one that writes included, has every transaction; so any minority may be lost. With two instances
 * that would stop all writes whenever one is away, so there the copy is only preferred. Alone there is none.
 */
export function planReplication(instances: number): SynchronousReplication | undefined {
  if (instances === 1) return undefined;
  const number = Math.floor(instances / 2);
  const majority = instances > 2;
  return {
    method: 'any',
    number,
    dataDurability: majority ? 'required' : 'preferred',
    failoverQuorum: majority,
  };
}
