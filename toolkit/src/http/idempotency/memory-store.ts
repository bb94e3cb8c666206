import { randomUUID } from 'node:crypto';
import { type Clock, systemClock } from '../../clock/index.ts';
import type { Beginning, IdempotencyStore, IdempotentRequest, KeptAnswer } from './store.ts';

interface Entry {
  readonly fingerprint: string;
  readonly token: string;
  readonly expires: number;
  readonly answer?: KeptAnswer;
}

/**
 * Idempotency keys in the memory of one process: for tests, and for a service of which only one instance runs and which
 * may forget them when it is restarted.
 *
 * @example
 * const http = httpServer({ idempotency: { store: memoryIdempotencyStore() } });
 */
export function memoryIdempotencyStore(options: { readonly clock?: Clock } = {}): IdempotencyStore {
  return new MemoryStore(options.clock ?? systemClock);
}

class MemoryStore implements IdempotencyStore {
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async begin(request: IdempotentRequest, lease: number): Promise<Beginning> {
    const now = this.#clock.wall();
    const present = this.#entries.get(keyOf(request));
    if (present && present.expires > now) {
      if (present.fingerprint !== request.fingerprint) return { state: 'reused' };
      return present.answer ? { state: 'answered', answer: present.answer } : { state: 'in-use' };
    }
    const token = randomUUID();
    this.#entries.set(keyOf(request), { fingerprint: request.fingerprint, token, expires: now + lease });
    return { state: 'begun', token };
  }

  async complete(request: IdempotentRequest, token: string, answer: KeptAnswer, time: number): Promise<void> {
    const entry = this.#entries.get(keyOf(request));
    if (entry?.token !== token) return;
    this.#entries.set(keyOf(request), { ...entry, answer, expires: this.#clock.wall() + time });
  }

  async release(request: IdempotentRequest, token: string): Promise<void> {
    if (this.#entries.get(keyOf(request))?.token === token) this.#entries.delete(keyOf(request));
  }

  async forget(): Promise<number> {
    const now = this.#clock.wall();
    const expired = [...this.#entries].filter(([, { expires }]) => expires <= now);
    for (const [key] of expired) this.#entries.delete(key);
    return expired.length;
  }
}

function keyOf({ scope, key }: IdempotentRequest): string {
  return JSON.stringify([scope, key]);
}
