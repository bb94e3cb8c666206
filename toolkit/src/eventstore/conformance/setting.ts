import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NewEvent } from '../event.ts';
import type { EventStore } from '../event-store.ts';
import type { OutboxMapping } from '../outbox.ts';
import type { Upcaster } from '../upcasting.ts';

/** What a test may ask of the store it is given. */
export interface StoreSettings {
  readonly upcasters?: readonly Upcaster[];
  readonly outbox?: OutboxMapping;
}

/** Makes an empty store. */
export type StoreFactory<Transaction extends object> = (
  settings: StoreSettings,
) => Promise<EventStore<NewEvent, Transaction>>;

/** An empty store that is closed at the end of the test. */
export async function emptyStore<Transaction extends object>(
  test: TestContext,
  create: StoreFactory<Transaction>,
  settings: StoreSettings = {},
): Promise<EventStore<NewEvent, Transaction>> {
  const store = await create(settings);
  test.after(() => store.close());
  return store;
}

/** An event that says nothing but its number. */
export function numbered(number: number, type = 'Numbered'): NewEvent<string, number> {
  return { type, data: number };
}

/** Events numbered from one on. */
export function numberedUpTo(count: number): NewEvent<string, number>[] {
  return Array.from({ length: count }, (_, index) => numbered(index + 1));
}

/** Waits until something is so; the test's own time limit ends it. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(2);
}

/** Intervals short enough for tests that wait for a poll or a take-over. */
export const quickly = { pollInterval: 20, takeOverInterval: 20 };
