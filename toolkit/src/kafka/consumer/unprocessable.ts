/**
 * Thrown by a handler for an event that no further attempt can handle: it goes to the dead letters at once.
 *
 * @example
 * if (!customer) throw new UnprocessableEventError(`there is no customer ${data.customerId}`);
 */
export class UnprocessableEventError extends Error {
  override readonly name = 'UnprocessableEventError';
  /** A fixed text that survives bundling and copies of the package. */
  readonly code = 'EVENT_UNPROCESSABLE';
}
