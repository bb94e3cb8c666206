import { quantityValue } from './quantity.ts';

/** What something asks of a cluster. CPU in cores, memory and disk in bytes. */
export interface Footprint {
  pods: number;
  cpu: number;
  memory: number;
  disk: number;
}

/** Requests of one container, as written in settings. */
export interface ContainerResources {
  cpu: string;
  memory: string;
}

export const emptyFootprint: Footprint = { pods: 0, cpu: 0, memory: 0, disk: 0 };

/** The footprint of a number of equal pods. */
export function podsFootprint(replicas: number, resources: ContainerResources, disk = '0'): Footprint {
  return {
    pods: replicas,
    cpu: replicas * quantityValue(resources.cpu),
    memory: replicas * quantityValue(resources.memory),
    disk: replicas * quantityValue(disk),
  };
}

export function sumFootprints(footprints: readonly Footprint[]): Footprint {
  return footprints.reduce(
    (sum, one) => ({
      pods: sum.pods + one.pods,
      cpu: sum.cpu + one.cpu,
      memory: sum.memory + one.memory,
      disk: sum.disk + one.disk,
    }),
    emptyFootprint,
  );
}
