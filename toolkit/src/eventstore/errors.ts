import type { ExpectedVersion } from './event.ts';

/**
 * The stream was not as the append expected it: somebody else was faster. Load the stream again and decide again.
 *
 * @example
 * try {
 *   await store.append('order-1', events, { expectedVersion: 3 });
 * } catch (error) {
 *   if (error instanceof ConcurrencyConflict) console.log(`now at ${error.actualVersion}`);
 * }
 */
export class ConcurrencyConflict extends Error {
  override readonly name: string;
  /** A fixed text that survives bundling and copies of the package. */
  readonly code: 'CONCURRENCY_CONFLICT';
  readonly streamId: string;
  readonly expectedVersion: ExpectedVersion;
  /** The stream's version when the append was refused; 0 without events. */
  readonly actualVersion: number;

  constructor(streamId: string, expectedVersion: ExpectedVersion, actualVersion: number) {
    const expected = typeof expectedVersion === 'number' ? `version ${expectedVersion}` : expectedVersion;
    super(`Stream ${JSON.stringify(streamId)} is at version ${actualVersion}, expected was ${expected}`);
    this.name = 'ConcurrencyConflict';
    this.code = 'CONCURRENCY_CONFLICT';
    this.streamId = streamId;
    this.expectedVersion = expectedVersion;
    this.actualVersion = actualVersion;
  }
}

/**
 * An event id was used before, for something else than a repetition of the same append.
 *
 * @example
 * if (error instanceof EventIdConflict) console.log(`${error.eventIds} are taken`);
 */
export class EventIdConflict extends Error {
  override readonly name: string;
  readonly code: 'EVENT_ID_CONFLICT';
  readonly streamId: string;
  /** The ids that are stored already. */
  readonly eventIds: readonly string[];

  constructor(streamId: string, eventIds: readonly string[]) {
    super(
      `Events with the ids ${eventIds.join(', ')} are stored already, but not by an append of these events to ` +
        `stream ${JSON.stringify(streamId)}. Give new events new ids.`,
    );
    this.name = 'EventIdConflict';
    this.code = 'EVENT_ID_CONFLICT';
    this.streamId = streamId;
    this.eventIds = eventIds;
  }
}

/**
 * Something given to the store can't be: every violation at once.
 *
 * @example
 * if (error instanceof InvalidInput) for (const violation of error.violations) console.log(violation);
 */
export class InvalidInput extends TypeError {
  override readonly name: string;
  readonly code: 'INVALID_INPUT';
  /** One sentence each: where, what it is, what is allowed. */
  readonly violations: readonly string[];

  constructor(what: string, violations: readonly string[]) {
    super(`${what} can't be done:\n${violations.map((violation) => `  - ${violation}`).join('\n')}`);
    this.name = 'InvalidInput';
    this.code = 'INVALID_INPUT';
    this.violations = violations;
  }
}
