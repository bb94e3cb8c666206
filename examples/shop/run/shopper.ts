import { randomBytes, randomUUID } from 'node:crypto';
import { seededRandom } from '@ninefold/toolkit/testing';
import type { Dispatcher } from 'undici';
import { articles } from '../stock/articles.ts';
import type { Balancer } from './balancer.ts';

/** What became of a request, and how long it took in milliseconds. */
export interface Outcome {
  /**
   * `good`: answered in time. `late`: answered, but nobody needs it any more. `refused`: told that there is too much to
   * do. `unanswered`: given up long after anybody waited. `failed`: anything else, such as an error.
   */
  readonly result: 'good' | 'late' | 'refused' | 'unanswered' | 'failed';
  readonly latency: number;
  /** What of the answer was less than fresh, such as `stale recommendations`. */
  readonly degraded: readonly string[];
  /** Why it failed. */
  readonly problem?: string;
}

/** Milliseconds that shoppers wait. */
const PATIENCE = { page: 1_000, order: 3_000 };
/** Milliseconds after which a request is given up that should have been answered long ago. */
const GRACE = 2_000;
/** Every how many orders one is sent twice with the same key, as a phone does on a bad connection. */
const REPEATED = 5;

/** People who look at products and order some, at the two services that a gateway would show them. */
export class Shopper {
  /** Ids of orders whose placing was confirmed. */
  readonly confirmed = new Set<string>();
  /** Requests that were sent twice, and how many of them made a second order. */
  readonly repeats = { sent: 0, doubled: 0 };
  readonly #pages: Balancer;
  readonly #orders: Balancer;
  readonly #random = seededRandom('shoppers');
  #placed = 0;

  constructor(pages: Balancer, orders: Balancer) {
    this.#pages = pages;
    this.#orders = orders;
  }

  /** Does one thing: with a share from 0 to 1 of orders, else looks at a product. */
  next(orderShare: number): Promise<Outcome> {
    return this.#random() < orderShare ? this.order() : this.look();
  }

  /** Looks at a product. */
  async look(): Promise<Outcome> {
    const path = `/products/${this.#article()}`;
    const { outcome, body } = await this.#send(this.#pages, PATIENCE.page, { method: 'GET', path });
    if (outcome.result !== 'good') return outcome;
    const { degradation } = body as { degradation: Readonly<Record<string, string>> };
    const degraded = Object.entries(degradation).filter(([, kind]) => kind !== 'fresh');
    return { ...outcome, degraded: degraded.map(([part, kind]) => `${kind} ${part}`) };
  }

  /** Orders one to three articles. */
  async order(): Promise<Outcome> {
    const request = this.#orderOf(this.#lines());
    const first = await this.#place(request);
    this.#placed += 1;
    if (this.#placed % REPEATED === 0 && first.orderId !== undefined) {
      const second = await this.#place(request);
      this.repeats.sent += 1;
      if (second.orderId !== undefined && second.orderId !== first.orderId) this.repeats.doubled += 1;
    }
    return first.outcome;
  }

  /** Places an order that is recorded wherever it goes, and gives the id of its trace; undefined when it was refused. */
  async follow(): Promise<string | undefined> {
    const traceId = randomBytes(16).toString('hex');
    const traceparent = `00-${traceId}-${randomBytes(8).toString('hex')}-01`;
    const { orderId } = await this.#place(this.#orderOf(this.#lines(), { traceparent }));
    return orderId && traceId;
  }

  /** One to three articles, each once. */
  #lines(): readonly { articleId: string; quantity: number }[] {
    const chosen = new Set(Array.from({ length: this.#upTo(3) }, () => this.#article()));
    return [...chosen].map((articleId) => ({ articleId, quantity: this.#upTo(3) }));
  }

  #orderOf(
    lines: readonly unknown[],
    headers: Readonly<Record<string, string>> = {},
  ): Dispatcher.RequestOptions {
    return {
      method: 'POST',
      path: '/orders',
      headers: { ...headers, 'content-type': 'application/json', 'idempotency-key': `"${randomUUID()}"` },
      body: JSON.stringify({ lines }),
    };
  }

  async #place(request: Dispatcher.RequestOptions): Promise<{ outcome: Outcome; orderId?: string }> {
    const { outcome, body } = await this.#send(this.#orders, PATIENCE.order, request);
    if (outcome.result !== 'good' && outcome.result !== 'late') return { outcome };
    const { orderId } = body as { orderId: string };
    this.confirmed.add(orderId);
    return { outcome, orderId };
  }

  async #send(
    service: Balancer,
    patience: number,
    request: Dispatcher.RequestOptions,
  ): Promise<{ outcome: Outcome; body?: unknown }> {
    const began = performance.now();
    const outcome = (result: Outcome['result'], problem?: string): Outcome => ({
      result,
      latency: performance.now() - began,
      degraded: [],
      ...(problem !== undefined && { problem }),
    });
    try {
      const answer = await service.next().request({
        ...request,
        headers: { ...request.headers, 'grpc-timeout': `${patience}m` },
        signal: AbortSignal.timeout(patience + GRACE),
      });
      const body: unknown = await answer.body.json();
      const { statusCode } = answer;
      if (statusCode === 503 || statusCode === 504) return { outcome: outcome('refused') };
      if (statusCode >= 400) return { outcome: outcome('failed', `${request.path}: ${statusCode}`) };
      return { outcome: outcome(performance.now() - began > patience ? 'late' : 'good'), body };
    } catch (error) {
      if (error instanceof DOMException && error.name === 'TimeoutError') {
        return { outcome: outcome('unanswered', `${request.path}: no answer`) };
      }
      return { outcome: outcome('failed', `${request.path}: ${String(error)}`) };
    }
  }

  #upTo(most: number): number {
    return 1 + Math.floor(this.#random() * most);
  }

  #article(): string {
    return articles[Math.floor(this.#random() * articles.length)]?.[0] ?? articles[0][0];
  }
}
