import { annotationNames, annotationOf } from './annotations.ts';
import type { PropertyMap } from './property-values.ts';

/** Environment variables with a bound for all resources that name none, in seconds. */
const variables = {
  ready: 'NINEFOLD_READY_TIMEOUT_SECONDS',
  delete: 'NINEFOLD_DELETE_TIMEOUT_SECONDS',
} as const;

const defaultSeconds = { ready: 300, delete: 60 } as const;

/**
 * How long to wait for a resource, in milliseconds: its `customTimeouts`, else its annotation
 * `pulumi.com/timeoutSeconds`, else the environment's bound, else 300 s until ready and 60 s until gone.
 * @param customSeconds the program's `customTimeouts`, 0 when there is none
 */
export function timeoutOf(purpose: 'ready' | 'delete', inputs: PropertyMap, customSeconds: number): number {
  const annotated = Number(annotationOf(inputs, annotationNames.timeoutSeconds));
  const environment = Number(process.env[variables[purpose]]);
  const seconds = [customSeconds, annotated, environment].find((candidate) => candidate > 0);
  return (seconds ?? defaultSeconds[purpose]) * 1000;
}
