import type { HealthCheck } from './health.ts';
import type { Needs } from './needs.ts';

/**
 * A part of a service that is started and stopped: a server, a consumer, a connection pool. All methods are optional;
 * a part that has nothing to do in a phase leaves it out.
 *
 * A service calls them in this order, components in the order they were given on the way up, the other way round on
 * the way down:
 *
 * | Phase | What the component does |
 * |---|---|
 * | `start` | Opens what it needs and begins to work. Resolves when it works. |
 * | `prepareStop` | Learns that readiness is off: work still comes and is done, but callers should be sent away. |
 * | `stopAccepting` | Takes no new work. |
 * | `drain` | Resolves when the work at hand is done, or gives it up when the signal aborts. |
 * | `close` | Gives back connections and files. Called after a failed `start`, too. |
 *
 * @example
 * const database: Component = {
 *   name: 'database',
 *   needs: { database: 'postgresql' },
 *   start: async () => void (await pool.query('select 1')),
 *   close: () => pool.end(),
 *   checks: [{ name: 'database', check: async () => void (await pool.query('select 1')) }],
 * };
 */
export interface Component {
  /** Unique within the service. */
  readonly name: string;
  /** What it uses of what the contract grants. @default nothing */
  readonly needs?: Needs;
  /** What its health depends on. @default nothing */
  readonly checks?: readonly HealthCheck[];
  /** Opens what it needs and begins to work. The signal aborts when the service is told to stop meanwhile. */
  start?(signal: AbortSignal): Promise<void> | void;
  /** Learns that readiness is off. */
  prepareStop?(): Promise<void> | void;
  /** Takes no new work. */
  stopAccepting?(): Promise<void> | void;
  /** Resolves when the work at hand is done. When the signal aborts, gives up what is left and resolves soon. */
  drain?(signal: AbortSignal): Promise<void> | void;
  /** Gives back what it holds. */
  close?(): Promise<void> | void;
  /** What it is and how it stands, as plain data without secrets. */
  describe?(): unknown;
}
