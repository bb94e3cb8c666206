/**
 * A request that is to be done once.
 *
 * @example
 * const request: IdempotentRequest = { scope: 'POST /orders', key: 'b1946ac9', fingerprint: 'sha256…' };
 */
export interface IdempotentRequest {
  /** Whose key it is, and for which operation: keys of different scopes have nothing to do with each other. */
  readonly scope: string;
  readonly key: string;
  /** What the request says, so that the key can't be used for another. */
  readonly fingerprint: string;
}

/**
 * An answer as it is kept.
 *
 * @example
 * const answer: KeptAnswer = { status: 201, headers: { 'content-type': 'application/json' }, body: Buffer.from('{}') };
 */
export interface KeptAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/**
 * What a store says to a request: `begun`, it is the first, and the token proves it; `in-use`, the first is still being
 * worked on; `reused`, the first said something else; `answered`, and how.
 *
 * @example
 * const beginning: Beginning = await store.begin(request, 60_000);
 */
export type Beginning =
  | { readonly state: 'begun'; readonly token: string }
  | { readonly state: 'in-use' }
  | { readonly state: 'reused' }
  | { readonly state: 'answered'; readonly answer: KeptAnswer };

/**
 * Where idempotency keys are kept, for all instances of a service.
 *
 * @example
 * const store: IdempotencyStore = memoryIdempotencyStore();
 */
export interface IdempotencyStore {
  /** Reserves the key for `lease` milliseconds, within which the answer should come, or says what is known of it. */
  begin(request: IdempotentRequest, lease: number): Promise<Beginning>;
  /** Keeps the answer for `time` milliseconds; without effect when the reservation has gone to another. */
  complete(request: IdempotentRequest, token: string, answer: KeptAnswer, time: number): Promise<void>;
  /** Gives the key free, for the request came to nothing; without effect when the reservation has gone to another. */
  release(request: IdempotentRequest, token: string): Promise<void>;
  /** Removes what has expired; gives how many. */
  forget(): Promise<number>;
}
