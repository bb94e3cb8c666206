/** One thing wrong with what the user gave. Violations are collected and shown together, never one at a time. */
export interface Violation {
  /** Dotted path of the value in its file, such as `capabilities.streaming.brokers`. */
  path: string;
  /** What is wrong, in one sentence without a full stop. */
  problem: string;
  /** The value found, if there was one. */
  value?: unknown;
  /** What would be accepted. */
  allowed?: string;
  /** What to do about it, as an instruction. */
  fix?: string;
  /** Where it stands, `file:line:column`, when it was read from a file. */
  location?: string;
}

/** Thrown once with every violation found. The message lists them all, so it can be shown as it is. */
export class InvalidInputError extends Error {
  readonly violations: readonly Violation[];

  constructor(subject: string, violations: readonly Violation[]) {
    super(
      [
        `${subject}: ${violations.length} ${violations.length === 1 ? 'problem' : 'problems'}`,
        ...violations.map(describeViolation),
      ].join('\n'),
    );
    this.name = 'InvalidInputError';
    this.violations = violations;
  }
}

/** One violation as indented lines: where, what, what is allowed, how to mend it. */
export function describeViolation(violation: Violation): string {
  const lines = [`  ${violation.path || '(top level)'}: ${violation.problem}`];
  if (violation.location) lines.push(`    at       ${violation.location}`);
  if (violation.value !== undefined) lines.push(`    value    ${JSON.stringify(violation.value)}`);
  if (violation.allowed) lines.push(`    allowed  ${violation.allowed}`);
  if (violation.fix) lines.push(`    fix      ${violation.fix}`);
  return lines.join('\n');
}
