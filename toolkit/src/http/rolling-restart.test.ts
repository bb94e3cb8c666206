import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Pool } from 'undici';

const program = fileURLToPath(new URL('../../test-support/restarted-server.ts', import.meta.url));
const children = new Set<ChildProcess>();
after(() => {
  for (const child of children) child.kill('SIGKILL');
});

interface Replica {
  readonly child: ChildProcess;
  readonly management: string;
  readonly pool: Pool;
}

async function start(): Promise<Replica> {
  const child = fork(program);
  children.add(child);
  const [{ address, management }] = (await once(child, 'message')) as [
    { address: string; management: string },
  ];
  return { child, management, pool: new Pool(address, { connections: 20, pipelining: 1 }) };
}

async function isReady({ management }: Replica): Promise<boolean> {
  const answer = await fetch(`${management}/readyz`).catch(() => undefined);
  return answer?.status === 200;
}

/** Sends requests to the replicas that say they are ready, as far as it has noticed. */
class LoadBalancer {
  replicas: Replica[] = [];
  #ready: Replica[] = [];
  #next = 0;
  #over = false;

  async watch(): Promise<void> {
    while (!this.#over) {
      await this.look();
      await sleep(50);
    }
  }

  async look(): Promise<void> {
    const ready = await Promise.all(this.replicas.map(isReady));
    this.#ready = this.replicas.filter((_, index) => ready[index]);
  }

  knows(replica: Replica): boolean {
    return this.#ready.includes(replica);
  }

  async send(): Promise<number> {
    const replica = this.#ready[this.#next++ % this.#ready.length];
    assert.ok(replica, 'there is always one that is ready');
    // A POST that nobody sends again: what gets lost is lost.
    const { statusCode, body } = await replica.pool.request({ method: 'POST', path: '/work' });
    await body.dump();
    return statusCode;
  }

  stop(): void {
    this.#over = true;
  }
}

describe('a rolling restart under load', () => {
  it('fails no request', async () => {
    const balancer = new LoadBalancer();
    balancer.replicas = await Promise.all([start(), start()]);
    await balancer.look();
    const watching = balancer.watch();
    let over = false;
    let answered = 0;
    const failures: unknown[] = [];
    const callers = Array.from({ length: 12 }, async () => {
      while (!over) {
        const status = await balancer.send().catch((error: unknown) => error);
        answered += 1;
        if (status !== 200) failures.push(status);
      }
    });
    const answeredDuring: number[] = [];
    for (const old of [...balancer.replicas]) {
      const replacement = await start();
      balancer.replicas = [...balancer.replicas, replacement];
      while (!balancer.knows(replacement)) await sleep(10);
      const before = answered;
      old.child.kill('SIGTERM');
      const [code] = (await once(old.child, 'exit')) as [number];
      assert.equal(code, 0);
      children.delete(old.child);
      answeredDuring.push(answered - before);
      balancer.replicas = balancer.replicas.filter((replica) => replica !== old);
    }
    over = true;
    await Promise.all(callers);
    balancer.stop();
    await watching;
    for (const { child, pool } of balancer.replicas) {
      await pool.close();
      child.kill('SIGTERM');
      await once(child, 'exit');
      children.delete(child);
    }
    assert.deepEqual(failures, []);
    assert.ok(
      answeredDuring.length === 2 && answeredDuring.every((count) => count > 0),
      String(answeredDuring),
    );
  });
});
