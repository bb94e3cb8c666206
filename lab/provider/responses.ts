import { Metadata, type StatusObject, status } from '@grpc/grpc-js';
import type { DiffResult, FieldChange } from './diff.ts';
import { InitializationError } from './errors.ts';
import { formatPath } from './property-paths.ts';
import { encodeProperties } from './property-values.ts';
import { type CheckResponse, codecs, type DiffResponse } from './protocol/messages.ts';
import { redact } from './secret-texts.ts';
import type { Violation } from './settings.ts';

/** `pulumirpc.DiffResponse.DiffChanges`. */
const diffChanges = { none: 1, some: 2 } as const;

/** `pulumirpc.PropertyDiff.Kind`, of an update in place and of a replacement. */
export const differenceKinds = { added: [0, 1], removed: [2, 3], changed: [4, 5] } as const;

/** The type under which the engine looks for a resource that is not ready. */
export const initializationFailureType = 'type.googleapis.com/pulumirpc.ErrorResourceInitFailed';

/** Violations as the engine shows them, each at its property. */
export function encodeViolations(violations: Violation[]): CheckResponse['failures'] {
  return violations.map(({ path, reason }) => ({ property: path, reason }));
}

/** A field-level difference. */
export function encodeDiff({ changes, deleteBeforeReplace }: DiffResult): DiffResponse {
  const replacing = changes.filter(({ replaces }) => replaces);
  return {
    changes: changes.length === 0 ? diffChanges.none : diffChanges.some,
    hasDetailedDiff: true,
    deleteBeforeReplace,
    diffs: [...new Set(changes.map(({ path }) => String(path[0])))],
    replaces: [...new Set(replacing.map(({ path }) => formatPath(path)))],
    detailedDiff: Object.fromEntries(
      changes.map((change) => [formatPath(change.path), { kind: kindOf(change), inputDiff: true }]),
    ),
  };
}

/** A failure as the engine understands it; a resource that exists but is not ready keeps its state. */
export function errorResponse(error: unknown): Partial<StatusObject> {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof InitializationError)) return { code: status.UNKNOWN, details: message };
  const { id, outputs, inputs } = error.state;
  const failure = codecs.initializationFailure.encode({
    id,
    properties: encodeProperties(outputs),
    inputs: encodeProperties(inputs),
    reasons: error.problems,
  });
  const body = codecs.status.encode({
    code: status.UNKNOWN,
    message,
    details: [{ type_url: initializationFailureType, value: failure }],
  });
  const metadata = new Metadata();
  // The name under which gRPC carries structured details.
  metadata.add('grpc-status-details-bin', body);
  return { code: status.UNKNOWN, details: message, metadata };
}

/** The same failure, its message without these texts. */
export function redactError(error: unknown, texts: string[]): unknown {
  if (!(error instanceof Error) || texts.length === 0) return error;
  if (error instanceof InitializationError) {
    const problems = error.problems.map((problem) => redact(problem, texts));
    return new InitializationError(error.object, problems, error.state);
  }
  return new Error(redact(error.message, texts));
}

function kindOf({ kind, replaces }: FieldChange): number {
  return differenceKinds[kind][replaces ? 1 : 0];
}
