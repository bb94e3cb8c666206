import { describeObject, type KubernetesObject, referenceOf } from '../../kubernetes/index.ts';
import { annotationNames, annotationOf, isAnnotated } from '../annotations.ts';
import type { Cluster } from '../cluster.ts';
import { waitForObject } from '../object-waits.ts';
import type { PropertyMap } from '../property-values.ts';
import { groupOf } from '../resource-types.ts';
import { timeoutOf } from '../timeouts.ts';
import { remindOfDefinition } from './forgotten-definition.ts';
import { podProblems } from './pod-problems.ts';
import { definesKinds, kindsAreServed } from './served-kinds.ts';
import { type Readiness, readinessTable } from './table.ts';
import { parseConditions } from './wait-for.ts';

/** An object that was applied. */
export interface AwaitRequest {
  urn: string;
  live: KubernetesObject;
  inputs: PropertyMap;
  /** The program's `customTimeouts`, in seconds; 0 when there is none. */
  timeoutSeconds: number;
}

/** How far it got. */
export interface AwaitResult {
  /** The object as last seen. */
  object: KubernetesObject;
  /** Why it is not ready; empty when it is. */
  problems: string[];
}

/** Waits until an applied object is ready, as its annotations or the table of kinds say; tells what it waits for. */
export async function awaitReadiness(cluster: Cluster, request: AwaitRequest): Promise<AwaitResult> {
  const { urn, live, inputs, timeoutSeconds } = request;
  const judge = judgeFor(inputs);
  if (!judge) return { object: live, problems: [] };
  const reference = referenceOf(live);
  const timeoutMs = timeoutOf('ready', inputs, timeoutSeconds);
  let last = live;
  let problems = judge(live);
  if (problems.failed === undefined && problems.waiting.length === 0 && !definesKinds(live)) {
    return { object: live, problems: [] };
  }
  const waited = await waitForObject(cluster, reference, {
    timeoutMs,
    since: live,
    judge: async (object) => {
      if (!object || object.metadata.uid !== live.metadata.uid)
        return `${describeObject(reference)} was deleted`;
      last = object;
      problems = judge(object);
      if (problems.failed !== undefined) return problems.failed;
      if (problems.waiting.length > 0) return undefined;
      return (await kindsAreServed(cluster, object)) ? '' : undefined;
    },
    onStillWaiting: async (_, elapsedMs) => {
      if (elapsedMs < 1000) return;
      await remindOfDefinition(cluster.client, last);
      const reasons = [...problems.waiting, ...(await podProblems(cluster, last))];
      cluster.log.progress(
        urn,
        `${describeObject(reference)}: ${reasons.join('; ')} (${Math.round(elapsedMs / 1000)} s)`,
      );
    },
  });
  switch (waited.outcome) {
    case 'done':
      return { object: last, problems: waited.result === '' ? [] : [waited.result] };
    case 'cancelled':
      return { object: last, problems: [`cancelled while waiting: ${problems.waiting.join('; ')}`] };
    case 'timeout': {
      const reasons = [...problems.waiting, ...(await podProblems(cluster, last))];
      return { object: last, problems: [`not ready after ${timeoutMs / 1000} s`, ...reasons] };
    }
  }
}

/** Why an object is not ready at this moment; empty when it is, or when nobody waits for it. */
export function readinessProblems(live: KubernetesObject, inputs: PropertyMap): string[] {
  const readiness = judgeFor(inputs)?.(live);
  if (!readiness) return [];
  return readiness.failed === undefined ? readiness.waiting : [readiness.failed];
}

type Judge = (object: KubernetesObject) => Readiness;

function judgeFor(inputs: PropertyMap): Judge | undefined {
  if (isAnnotated(inputs, annotationNames.skipAwait)) return undefined;
  const waitFor = annotationOf(inputs, annotationNames.waitFor);
  if (waitFor === undefined)
    return readinessTable[`${groupOf(String(inputs.apiVersion))}/${String(inputs.kind)}`];
  const conditions = parseConditions(waitFor);
  return (object) => ({
    waiting: conditions
      .filter((condition) => !condition.holds(object))
      .map(({ text }) => `waiting for ${text}`),
  });
}
