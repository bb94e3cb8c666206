import { Metadata, type ServiceError, type StatusObject, status } from '@grpc/grpc-js';
import messages from '@pulumi/pulumi/proto/provider_pb.js';
import statuses from '@pulumi/pulumi/proto/status_pb.js';
import any from 'google-protobuf/google/protobuf/any_pb.js';
import type { DiffResult, FieldChange } from './diff.ts';
import { InitializationError } from './errors.ts';
import { formatPath } from './property-paths.ts';
import { encodeProperties } from './property-values.ts';
import { redact } from './secret-texts.ts';
import type { Violation } from './settings.ts';

/** Violations as the engine shows them, each at its property. */
export function encodeViolations(violations: Violation[]): messages.CheckFailure[] {
  return violations.map(({ path, reason }) => {
    const failure = new messages.CheckFailure();
    failure.setProperty(path);
    failure.setReason(reason);
    return failure;
  });
}

/** A field-level difference. */
export function encodeDiff({ changes, deleteBeforeReplace }: DiffResult): messages.DiffResponse {
  const response = new messages.DiffResponse();
  const { DiffChanges } = messages.DiffResponse;
  response.setChanges(changes.length === 0 ? DiffChanges.DIFF_NONE : DiffChanges.DIFF_SOME);
  response.setHasdetaileddiff(true);
  response.setDeletebeforereplace(deleteBeforeReplace);
  response.setDiffsList([...new Set(changes.map(({ path }) => String(path[0])))]);
  const replacing = changes.filter(({ replaces }) => replaces);
  response.setReplacesList([...new Set(replacing.map(({ path }) => formatPath(path)))]);
  const detailed = response.getDetaileddiffMap();
  for (const change of changes) {
    const difference = new messages.PropertyDiff();
    difference.setKind(kindOf(change));
    difference.setInputdiff(true);
    detailed.set(formatPath(change.path), difference);
  }
  return response;
}

/** A failure as the engine understands it; a resource that exists but is not ready keeps its state. */
export function errorResponse(error: unknown): ServiceError | Partial<StatusObject> {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof InitializationError)) return { code: status.UNKNOWN, details: message };
  const { id, outputs, inputs } = error.state;
  const failure = new messages.ErrorResourceInitFailed();
  failure.setId(id);
  failure.setProperties(encodeProperties(outputs));
  failure.setInputs(encodeProperties(inputs));
  failure.setReasonsList(error.problems);
  const detail = new any.Any();
  detail.pack(failure.serializeBinary(), 'pulumirpc.ErrorResourceInitFailed');
  const body = new statuses.Status();
  body.setCode(status.UNKNOWN);
  body.setMessage(message);
  body.addDetails(detail);
  const metadata = new Metadata();
  // The name under which gRPC carries structured details.
  metadata.add('grpc-status-details-bin', Buffer.from(body.serializeBinary()));
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

function kindOf({ kind, replaces }: FieldChange): 0 | 1 | 2 | 3 | 4 | 5 {
  const { Kind } = messages.PropertyDiff;
  switch (kind) {
    case 'added':
      return replaces ? Kind.ADD_REPLACE : Kind.ADD;
    case 'removed':
      return replaces ? Kind.DELETE_REPLACE : Kind.DELETE;
    case 'changed':
      return replaces ? Kind.UPDATE_REPLACE : Kind.UPDATE;
  }
}
