import * as z from 'zod';
import type { KubernetesObject } from '../../kubernetes/index.ts';

/** How ready an object is. */
export interface Readiness {
  /** What is still missing; empty when it is ready. */
  waiting: string[];
  /** Why it will not get ready by itself. */
  failed?: string | undefined;
}

const conditionSchema = z.looseObject({
  type: z.string(),
  status: z.string(),
  reason: z.string().default(''),
  message: z.string().default(''),
});

const count = z.number().default(0);

const objectSchema = z.looseObject({
  metadata: z.looseObject({ generation: count }),
  spec: z
    .looseObject({
      replicas: z.number().default(1),
      paused: z.boolean().default(false),
      suspend: z.boolean().default(false),
      type: z.string().default(''),
      updateStrategy: z
        .looseObject({
          type: z.string().default('RollingUpdate'),
          rollingUpdate: z.looseObject({ partition: count }).optional(),
        })
        .prefault({}),
    })
    .prefault({}),
  status: z
    .looseObject({
      observedGeneration: count,
      replicas: count,
      updatedReplicas: count,
      readyReplicas: count,
      availableReplicas: count,
      desiredNumberScheduled: count,
      updatedNumberScheduled: count,
      numberAvailable: count,
      currentRevision: z.string().optional(),
      updateRevision: z.string().optional(),
      phase: z.string().default(''),
      reason: z.string().default(''),
      message: z.string().default(''),
      conditions: z
        .array(conditionSchema)
        .nullish()
        .transform((conditions) => conditions ?? []),
      loadBalancer: z.looseObject({ ingress: z.array(z.unknown()).default([]) }).prefault({}),
    })
    .prefault({}),
});

type Observed = z.infer<typeof objectSchema>;

/**
 * The one table of what "ready" means, by group and kind, after the readiness rules of the Kubernetes documentation.
 * A kind that is not named here is ready as soon as it is accepted: custom resources are, because no operator need be
 * there to answer, and so are volume claims, which may wait for their first consumer.
 */
export const readinessTable: Record<string, (object: KubernetesObject) => Readiness> = {
  'apps/Deployment': rule(deployment),
  'apps/StatefulSet': rule(statefulSet),
  'apps/DaemonSet': rule(daemonSet),
  'batch/Job': rule(job),
  '/Pod': rule(pod),
  '/Service': rule(service),
  '/Namespace': rule(({ status }) =>
    waitingFor(status.phase !== 'Active' && `phase is ${status.phase || 'not set'}`),
  ),
  'apiextensions.k8s.io/CustomResourceDefinition': rule(customResourceDefinition),
  'apiregistration.k8s.io/APIService': rule((object) => conditionIs(object, 'Available')),
};

function rule(judge: (object: Observed) => Readiness): (object: KubernetesObject) => Readiness {
  return (object) => judge(objectSchema.parse(object));
}

function deployment(object: Observed): Readiness {
  const { spec, status } = object;
  const progressing = status.conditions.find(({ type }) => type === 'Progressing');
  const failed =
    isObserved(object) && progressing?.status === 'False' && progressing.reason === 'ProgressDeadlineExceeded'
      ? progressing.message
      : undefined;
  const wanted = spec.replicas;
  return {
    ...waitingFor(
      !isObserved(object) && 'the deployment controller has not seen the change yet',
      !spec.paused &&
        status.updatedReplicas < wanted &&
        `${status.updatedReplicas} of ${wanted} pods updated`,
      !spec.paused &&
        status.replicas > status.updatedReplicas &&
        `${status.replicas - status.updatedReplicas} old pods left`,
      status.availableReplicas < wanted && `${status.availableReplicas} of ${wanted} pods available`,
    ),
    failed,
  };
}

function statefulSet(object: Observed): Readiness {
  const { spec, status } = object;
  const { type, rollingUpdate } = spec.updateStrategy;
  const partition = rollingUpdate?.partition ?? 0;
  const rolls = type === 'RollingUpdate' && partition === 0;
  const updated = Math.max(0, spec.replicas - partition);
  return waitingFor(
    !isObserved(object) && 'the stateful set controller has not seen the change yet',
    status.readyReplicas < spec.replicas && `${status.readyReplicas} of ${spec.replicas} pods ready`,
    type === 'RollingUpdate' &&
      partition > 0 &&
      status.updatedReplicas < updated &&
      `${status.updatedReplicas} of ${updated} pods updated`,
    rolls &&
      status.currentRevision !== status.updateRevision &&
      `${status.updatedReplicas} of ${spec.replicas} pods at the new revision`,
  );
}

function daemonSet(object: Observed): Readiness {
  const { spec, status } = object;
  const wanted = status.desiredNumberScheduled;
  return waitingFor(
    !isObserved(object) && 'the daemon set controller has not seen the change yet',
    spec.updateStrategy.type === 'RollingUpdate' &&
      status.updatedNumberScheduled < wanted &&
      `${status.updatedNumberScheduled} of ${wanted} pods updated`,
    status.numberAvailable < wanted && `${status.numberAvailable} of ${wanted} pods available`,
  );
}

function job({ spec, status }: Observed): Readiness {
  const isTrue = (wanted: string) =>
    status.conditions.find(({ type, status }) => type === wanted && status === 'True');
  const failure = isTrue('Failed');
  return {
    ...waitingFor(!isTrue('Complete') && !spec.suspend && 'the job has not completed'),
    failed: failure ? `the job failed: ${failure.message || failure.reason}` : undefined,
  };
}

function pod(object: Observed): Readiness {
  const { phase, reason, message } = object.status;
  if (phase === 'Failed')
    return { waiting: [], failed: `the pod failed: ${message || reason || 'no reason given'}` };
  return phase === 'Succeeded' ? { waiting: [] } : conditionIs(object, 'Ready');
}

function service({ spec, status }: Observed): Readiness {
  return waitingFor(
    spec.type === 'LoadBalancer' &&
      status.loadBalancer.ingress.length === 0 &&
      'the load balancer has no address',
  );
}

function customResourceDefinition(object: Observed): Readiness {
  const refused = object.status.conditions.find(
    ({ type, status }) => type === 'NamesAccepted' && status === 'False',
  );
  return { ...conditionIs(object, 'Established'), failed: refused?.message };
}

function conditionIs({ status }: Observed, wanted: string): Readiness {
  const condition = status.conditions.find(({ type }) => type === wanted);
  if (condition?.status === 'True') return { waiting: [] };
  const why = condition?.message || condition?.reason;
  return { waiting: [`condition ${wanted} is ${condition?.status ?? 'not set'}${why ? `: ${why}` : ''}`] };
}

/** Controllers answer for the generation that they have seen. */
function isObserved({ metadata, status }: Observed): boolean {
  return status.observedGeneration >= metadata.generation;
}

function waitingFor(...reasons: (string | false)[]): Readiness {
  return { waiting: reasons.filter((reason) => reason !== false) };
}
