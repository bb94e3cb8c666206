import type { IncomingRecord } from '../driver.ts';

/** What a record in a delay topic says about itself. */
export interface Delay {
  /** Offset in its topic; its partition is the same in both topics. */
  readonly origin: number;
  /** Attempts made so far; 0 for one that only waits behind another of its key. */
  readonly attempts: number;
  /** When the next attempt may be made, in epoch milliseconds. */
  readonly notBefore: number;
}

const names = { origin: 'delay-origin', attempts: 'delay-attempts', notBefore: 'delay-not-before' } as const;

/** The headers of a record in a delay topic: those it came with, and what is to be known about its delay. */
export function withDelay(
  headers: ReadonlyMap<string, Buffer>,
  { origin, attempts, notBefore }: Delay,
): Record<string, string | Buffer> {
  return {
    ...Object.fromEntries(headers),
    [names.origin]: String(origin),
    [names.attempts]: String(attempts),
    [names.notBefore]: String(Math.ceil(notBefore)),
  };
}

/** Reads what a record in a delay topic says; undefined when it says nothing, or nonsense. */
export function readDelay({ headers }: IncomingRecord): Delay | undefined {
  const number = (name: string) => {
    const text = headers.get(name)?.toString('utf8');
    return text !== undefined && /^\d{1,16}$/.test(text) ? Number(text) : undefined;
  };
  const [origin, attempts, notBefore] = [
    number(names.origin),
    number(names.attempts),
    number(names.notBefore),
  ];
  if (origin === undefined || attempts === undefined || notBefore === undefined) return undefined;
  return { origin, attempts, notBefore };
}

/** The headers without what belongs to a delay. */
export function withoutDelay(headers: ReadonlyMap<string, Buffer>): Map<string, Buffer> {
  const rest = new Map(headers);
  for (const name of Object.values(names)) rest.delete(name);
  return rest;
}
