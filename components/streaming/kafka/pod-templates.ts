import type { ContainerResources } from '../../kit/footprint.ts';
import {
  priorityClasses,
  resourceRequirements,
  restrictedContainer,
  restrictedPod,
  topologySpread,
} from '../../kit/workload.ts';
import type { ContainerTemplate, OperandResources, PodTemplate } from './operands.ts';

/** Requests with memory as the limit, as for every container of ours. */
export function operandResources(resources: ContainerResources): OperandResources {
  return resourceRequirements(resources);
}

/** Every container that Strimzi makes. */
export const restrictedTemplate: ContainerTemplate = { securityContext: restrictedContainer };

/** A pod without data. */
export const statelessPod: PodTemplate = {
  securityContext: restrictedPod,
  priorityClassName: priorityClasses.platform.name,
};

/** A pod with a disk; there is only a choice of places when there are several. */
export function dataPod(
  labels: Readonly<Record<string, string>>,
  options: { replicas: number; oneToANode: boolean },
): PodTemplate {
  return {
    // The image's user belongs to group 0, which must own the disk.
    securityContext: { ...restrictedPod, fsGroup: 0 },
    priorityClassName: priorityClasses.data.name,
    ...(options.replicas > 1 ? { topologySpreadConstraints: spread(labels, options.oneToANode) } : {}),
  };
}

/** Over zones as evenly as can be; over nodes too, or strictly one to a node. */
function spread(labels: Readonly<Record<string, string>>, oneToANode: boolean): readonly object[] {
  return topologySpread(labels).map((constraint) =>
    oneToANode && 'topologyKey' in constraint && constraint.topologyKey === 'kubernetes.io/hostname'
      ? { ...constraint, whenUnsatisfiable: 'DoNotSchedule' }
      : constraint,
  );
}
