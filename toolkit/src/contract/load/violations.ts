import type { Violation } from '../violation.ts';
import { toViolation } from '../violation.ts';
import type { TextDocument } from './document.ts';

/** The findings about a document as violations. */
export function violationsOf(document: TextDocument): Violation[] {
  return document.findings.map((finding) => ({
    ...toViolation(finding, document, document.value),
    ...finding.position,
  }));
}
