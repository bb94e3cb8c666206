/**
 * One thing that is wrong with an event.
 *
 * @example
 * const violation: EventViolation = { path: 'data/total', problem: 'must be number' };
 */
export interface EventViolation {
  /** An attribute, or `data` with a JSON pointer. */
  readonly path: string;
  /** To be read after the path. */
  readonly problem: string;
}

/**
 * An event that is none, or not what it should be: everything that is wrong with it. Trying again does not help.
 *
 * @example
 * if (error instanceof InvalidEventError) for (const { path, problem } of error.violations) console.error(path, problem);
 */
export class InvalidEventError extends Error {
  override readonly name = 'InvalidEventError';
  /** A fixed text that survives bundling and copies of the package. */
  readonly code = 'EVENT_INVALID';
  /** Whether another try is worth it; `retry` asks. */
  readonly retryable = false;
  /** Never empty. */
  readonly violations: readonly EventViolation[];

  constructor(violations: readonly EventViolation[]) {
    super(`not a fit event: ${violations.map(({ path, problem }) => `${path} ${problem}`).join('; ')}`);
    this.violations = violations;
  }
}
