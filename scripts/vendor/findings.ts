import { describeViolation, type Violation } from '../../components/kit/violation.ts';

/** Why something is not vendored. */
export type Rule =
  | 'lock'
  | 'unreachable'
  | 'withdrawn'
  | 'digest'
  | 'licence'
  | 'render'
  | 'generated'
  | 'hook'
  | 'definition'
  | 'scope'
  | 'foreign-namespace'
  | 'namespace'
  | 'image'
  | 'change';

/** One reason, with the release it is about. */
export interface Finding extends Violation {
  rule: Rule;
}

/** Raised once with everything that stands against vendoring. Nothing was written. */
export class VendorRefusedError extends Error {
  override readonly name: 'VendorRefusedError' | 'VendorUnreachableError';
  readonly findings: readonly Finding[];

  constructor(findings: readonly Finding[]) {
    super(
      [
        `nothing is vendored: ${findings.length} ${findings.length === 1 ? 'problem' : 'problems'}`,
        ...findings.map(describeViolation),
      ].join('\n'),
    );
    this.findings = findings;
    // What can't be reached says nothing against the releases: this machine's surroundings lack something.
    const isReachable = ({ rule }: Finding) => rule !== 'unreachable';
    this.name = findings.some(isReachable) ? 'VendorRefusedError' : 'VendorUnreachableError';
  }
}

/** Raised within the work on one release; what is wrong with the others is found too. */
export class FindingError extends Error {
  readonly finding: Finding;

  constructor(finding: Finding) {
    super(finding.problem);
    this.finding = finding;
  }
}
