import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import type { Replica } from './replica.ts';

/** Milliseconds between two looks at who is ready; well below the notice that a replica gives. */
const LOOK_INTERVAL = 50;
const CONNECTIONS = 200;

/** What stands before a service: sends each request to the next replica that says it is ready. */
export class Balancer {
  readonly #replicas: () => readonly Replica[];
  readonly #pools = new Map<Replica, Pool>();
  #ready: readonly Replica[] = [];
  #next = 0;
  #isOver = false;
  #watching: Promise<void> | undefined;

  constructor(replicas: () => readonly Replica[]) {
    this.#replicas = replicas;
  }

  /** Looks once, and then again and again. */
  async start(): Promise<void> {
    await this.#look();
    this.#watching = this.#watch();
  }

  /** Where the next request goes. */
  next(): Pool {
    const replica = this.#ready[this.#next++ % this.#ready.length];
    if (replica === undefined) throw new Error('no replica is ready');
    let pool = this.#pools.get(replica);
    if (pool === undefined) {
      pool = new Pool(replica.api, { connections: CONNECTIONS, pipelining: 1 });
      this.#pools.set(replica, pool);
    }
    return pool;
  }

  /** Resolves when a replica is sent requests. */
  async knows(replica: Replica): Promise<void> {
    while (!this.#ready.includes(replica)) await sleep(LOOK_INTERVAL);
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#watching;
    await Promise.all([...this.#pools.values()].map((pool) => pool.close()));
  }

  async #watch(): Promise<void> {
    while (!this.#isOver) {
      await sleep(LOOK_INTERVAL);
      await this.#look();
    }
  }

  async #look(): Promise<void> {
    const replicas = [...this.#replicas()];
    const ready = await Promise.all(replicas.map((replica) => replica.isReady()));
    const wanted = replicas.filter((_, index) => ready[index]);
    // When nobody says so, requests go where they went: an answer that says no is better than none.
    if (wanted.length > 0) this.#ready = wanted;
    for (const [replica, pool] of this.#pools) {
      if (this.#ready.includes(replica) || replicas.includes(replica)) continue;
      this.#pools.delete(replica);
      void pool.close();
    }
  }
}
