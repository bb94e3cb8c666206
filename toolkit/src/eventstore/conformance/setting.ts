import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NewEvent } from '../event.ts';
import type { EventStore, LogPage, ReadAllOptions } from '../event-store.ts';
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

/** Nothing takes so long, in milliseconds, however busy the machine is: it will never be so. */
const NEVER = 240_000;

/** Waits until something is so. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + NEVER;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`This never came to be: ${condition}`);
    await sleep(2);
  }
}

/**
 * Reads the log when nothing is held back. Any transaction of the server may do that for a moment, also one that has
 * nothing to do with the store, such as an announcement, the end of a broken connection or an automatic vacuum.
 */
export async function readSettled<Event extends NewEvent>(
  store: Pick<EventStore<Event>, 'readAll'>,
  options: ReadAllOptions<Event> = {},
): Promise<LogPage<Event>> {
  let page = await store.readAll(options);
  await until(async () => {
    if (page.heldBack) page = await store.readAll(options);
    return !page.heldBack;
  });
  return page;
}

/** Resolves when a signal aborts, or at once when it has. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Intervals short enough for tests that wait for a poll or a take-over. */
export const quickly = { pollInterval: 20, takeOverInterval: 20 };
