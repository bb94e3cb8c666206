import { type Cluster, openCluster } from './cluster.ts';
import { EngineLog } from './engine-log.ts';
import type { ProviderSettings } from './settings.ts';

/** One running provider: who started it, and the cluster that it was configured for. */
export class Provider {
  readonly #cancelled = new AbortController();
  #log = new EngineLog(undefined);
  #cluster: Cluster | undefined;

  /** Says where the engine listens for messages. */
  attach(engineAddress: string): void {
    this.#log.close();
    this.#log = new EngineLog(engineAddress);
  }

  /** @throws {KubeconfigError} */
  async configure(settings: ProviderSettings): Promise<void> {
    this.#cluster = await openCluster(settings, this.#log, this.#cancelled.signal);
  }

  /** The cluster. @throws {Error} before it is configured */
  get cluster(): Cluster {
    if (this.#cluster) return this.#cluster;
    throw new Error('The provider is asked for a resource before it is configured.');
  }

  /** Ends every wait; what was applied is told to the engine as far as it got. */
  cancel(): void {
    this.#cancelled.abort(new Error('The update was cancelled.'));
  }

  async close(): Promise<void> {
    this.cancel();
    this.#log.close();
    this.#cluster?.watches.close();
    await this.#cluster?.client.close();
  }
}
