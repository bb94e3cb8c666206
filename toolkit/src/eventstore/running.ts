/**
 * How something that runs in the background is doing:
 *
 * | State | Meaning |
 * |---|---|
 * | `standby` | Another process runs it; this one takes over when that one ends. |
 * | `working` | This process runs it, and there is more to do. |
 * | `idle` | This process runs it, and everything is done. |
 * | `failing` | The last attempt failed; it is tried again. |
 * | `retired` | A newer version has taken its place; it runs no more. |
 * | `stopped` | It was stopped. |
 *
 * @example
 * const isHealthy = (state: RunningState) => state !== 'failing';
 */
export type RunningState = 'standby' | 'working' | 'idle' | 'failing' | 'retired' | 'stopped';

/**
 * How something that runs in the background is doing, as plain data.
 *
 * @example
 * const { state, failures }: RunningDescription = relay.describe();
 */
export interface RunningDescription {
  readonly name: string;
  readonly state: RunningState;
  /** Events or messages handled by this process. */
  readonly handled: number;
  /** Failures in a row. */
  readonly failures: number;
  /** Message of the last failure, also when it has been overcome. */
  readonly lastError?: string;
}

/**
 * Something that runs in the background until it is stopped.
 *
 * @example
 * const relay = outbox.relay({ publish });
 * process.once('SIGTERM', () => void relay.stop());
 */
export interface Running {
  readonly name: string;
  readonly state: RunningState;
  /** Finishes what is at hand, lets another process take over, and resolves. */
  stop(): Promise<void>;
  describe(): RunningDescription;
}
