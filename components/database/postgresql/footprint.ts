import { type Footprint, podsFootprint, sumFootprints } from '../../kit/footprint.ts';
import { quantityValue } from '../../kit/quantity.ts';
import type { PostgresqlSettings } from './settings.ts';

/** What all pods ask for together: ours, and those that the operator makes for us. */
export function footprintOf(settings: PostgresqlSettings): Footprint {
  const { instances, storage, walStorage, pooler, operator, plugin, backup } = settings;
  const disks = podsFootprint(instances, settings.resources, storage);
  const logs = { pods: 0, cpu: 0, memory: 0, disk: instances * quantityValue(walStorage) };
  // A container beside each instance.
  const sidecars = backup ? [{ ...podsFootprint(instances, backup.resources), pods: 0 }] : [];
  return sumFootprints([
    disks,
    logs,
    ...sidecars,
    podsFootprint(pooler.replicas, pooler.resources),
    podsFootprint(operator.replicas, operator.resources),
    podsFootprint(backup ? 1 : 0, plugin.resources),
  ]);
}
