/**
 * A topic takes no record of this size (`max.message.bytes`): sending it again changes nothing.
 *
 * @example
 * const isTooLarge = (error: unknown) => error instanceof RecordTooLargeError;
 */
export class RecordTooLargeError extends Error {
  override readonly name = 'RecordTooLargeError';
  /** A fixed text that survives bundling and copies of the package. */
  readonly code = 'RECORD_TOO_LARGE';

  constructor(topics: readonly string[], cause?: unknown) {
    const names = [...new Set(topics)].join(', ');
    super(`what was sent is too large for ${names}: raise max.message.bytes there, or send less`, { cause });
  }
}
