import * as z from 'zod';
import type { KubernetesObject } from '../../kubernetes/index.ts';
import type { Cluster } from '../cluster.ts';

const selectorSchema = z.looseObject({
  spec: z.looseObject({ selector: z.looseObject({ matchLabels: z.record(z.string(), z.string()) }) }),
});

const podSchema = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  status: z
    .looseObject({
      conditions: z
        .array(
          z.looseObject({
            type: z.string(),
            status: z.string(),
            reason: z.string().optional(),
            message: z.string().optional(),
          }),
        )
        .optional(),
      containerStatuses: z
        .array(
          z.looseObject({
            name: z.string(),
            state: z
              .looseObject({
                waiting: z
                  .looseObject({ reason: z.string().optional(), message: z.string().optional() })
                  .optional(),
              })
              .optional(),
          }),
        )
        .optional(),
    })
    .optional(),
});

const workloadKinds = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'ReplicaSet']);

/** What keeps the pods of a workload from running, at most three reasons; empty when nothing is to be seen. */
export async function podProblems(cluster: Cluster, workload: KubernetesObject): Promise<string[]> {
  const parsed = selectorSchema.safeParse(workload);
  if (!workloadKinds.has(workload.kind) || !parsed.success) return [];
  const labelSelector = Object.entries(parsed.data.spec.selector.matchLabels)
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
  const { namespace } = workload.metadata;
  const pods = await cluster.client
    .list(
      { apiVersion: 'v1', kind: 'Pod', ...(namespace === undefined ? {} : { namespace }) },
      { labelSelector },
    )
    .catch(() => []);
  return pods.flatMap(problemsOf).slice(0, 3);
}

function problemsOf(pod: KubernetesObject): string[] {
  const parsed = podSchema.safeParse(pod);
  if (!parsed.success) return [];
  const { metadata, status } = parsed.data;
  const unscheduled = (status?.conditions ?? []).filter(
    ({ type, status }) => type === 'PodScheduled' && status === 'False',
  );
  const waiting = (status?.containerStatuses ?? []).flatMap(({ name, state }) =>
    state?.waiting?.reason
      ? [`container ${name} ${state.waiting.reason} ${state.waiting.message ?? ''}`.trim()]
      : [],
  );
  return [
    ...unscheduled.map(({ reason, message }) => `${reason ?? 'not scheduled'}: ${message ?? ''}`),
    ...waiting,
  ].map((problem) => `pod ${metadata.name}: ${problem}`);
}
