import {
  describeObject,
  hasReason,
  type KubernetesApiError,
  type KubernetesObject,
  type ObjectReference,
  referenceOf,
} from '../kubernetes/index.ts';
import { annotationNames, isAnnotated } from './annotations.ts';
import type { Cluster } from './cluster.ts';
import type { PropertyMap } from './property-values.ts';

/** The one field manager of all that this provider applies. */
export const fieldManager = 'ninefold';

/** Fields that another field manager holds at other values. */
export class FieldConflictError extends Error {
  override name = 'FieldConflictError';
  /** Each field in conflict and who manages it; the field as the API server writes it: `.spec.replicas`. */
  readonly conflicts: { field: string; manager: string }[];

  constructor(reference: ObjectReference, conflicts: { field: string; manager: string }[]) {
    super(
      [
        `${describeObject(reference)} has fields that others manage at other values:`,
        ...conflicts.map(({ field, manager }) => `  ${field} is managed by "${manager}"`),
        'Leave the fields out of the program, list them in ignoreChanges, or take them over by the annotation ' +
          `${annotationNames.patchForce}: "true".`,
      ].join('\n'),
    );
    this.conflicts = conflicts;
  }
}

/**
 * Applies an object, or asks what would come of it.
 * @throws {FieldConflictError} when another manager holds fields at other values and force is not asked for
 */
export async function applyObject(
  cluster: Cluster,
  object: KubernetesObject,
  options: { inputs: PropertyMap; dryRun?: boolean; force?: boolean },
): Promise<KubernetesObject> {
  const force =
    options.force ||
    cluster.settings.enablePatchForce ||
    isAnnotated(options.inputs, annotationNames.patchForce);
  try {
    const { signal } = cluster;
    return await cluster.client.apply(object, {
      fieldManager,
      force,
      dryRun: options.dryRun ?? false,
      signal,
    });
  } catch (error) {
    if (!hasReason(error, 'Conflict')) throw error;
    const conflicts = conflictsIn(error);
    throw conflicts.length === 0 ? error : new FieldConflictError(referenceOf(object), conflicts);
  }
}

function conflictsIn(error: KubernetesApiError): { field: string; manager: string }[] {
  return (error.details.causes ?? [])
    .filter((cause) => cause.reason === 'FieldManagerConflict')
    .map((cause) => ({
      field: cause.field ?? '',
      manager: /"([^"]*)"/.exec(cause.message ?? '')?.[1] ?? cause.message ?? '',
    }));
}
