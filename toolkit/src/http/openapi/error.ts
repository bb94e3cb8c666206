/**
 * A document that is not fit, or a server that does not fit its document: everything that is wrong, one line each.
 *
 * @example
 * if (error instanceof OpenapiError) for (const problem of error.problems) console.error(problem);
 */
export class OpenapiError extends Error {
  override readonly name = 'OpenapiError';
  /** A fixed text that survives bundling and copies of the package. */
  readonly code = 'OPENAPI_INVALID';
  /** Never empty. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}
