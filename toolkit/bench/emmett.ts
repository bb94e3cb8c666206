import { randomUUID } from 'node:crypto';

/** Where Emmett's store on PostgreSQL is, for `peers.ts`. */
export const EMMETT_PACKAGE = '@event-driven-io/emmett-postgresql';

/** The part of Emmett that comparisons use. */
export interface Emmett {
  getPostgreSQLEventStore(connectionString: string): EmmettStore;
}

/** The part of Emmett's store that comparisons use. */
export interface EmmettStore {
  appendToStream(
    streamId: string,
    events: { type: string; data: unknown }[],
    options: { expectedStreamVersion: string },
  ): Promise<unknown>;
  close(): Promise<void>;
}

/** How many of so many writers at a time are told that they have created the same stream, round by round. */
export async function winnersOfEmmett(
  store: EmmettStore,
  { writers, rounds }: { readonly writers: number; readonly rounds: number },
): Promise<readonly number[]> {
  const create = (streamId: string, writer: number) =>
    store.appendToStream(streamId, [{ type: 'Created', data: { writer } }], {
      expectedStreamVersion: 'STREAM_DOES_NOT_EXIST',
    });
  // Makes its tables, which is no part of the race.
  await create(randomUUID(), 0);
  const winners: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const streamId = randomUUID();
    const outcomes = await Promise.allSettled(
      Array.from({ length: writers }, (_, writer) => create(streamId, writer)),
    );
    winners.push(outcomes.filter(({ status }) => status === 'fulfilled').length);
  }
  return winners;
}
