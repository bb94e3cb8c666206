import { type Footprint, podsFootprint, sumFootprints } from '../../kit/footprint.ts';
import type { KafkaSettings } from './settings.ts';

/** What all pods ask for together: ours, and those that the operators make for us. */
export function footprintOf(settings: KafkaSettings): Footprint {
  const { brokers, controllers, operator, entityOperator, cruiseControl, exporter, registry } = settings;
  // Two containers of one pod.
  const entities = sumFootprints([
    podsFootprint(1, entityOperator.topics),
    { ...podsFootprint(1, entityOperator.users), pods: 0 },
  ]);
  return sumFootprints([
    podsFootprint(operator.replicas, operator.resources),
    podsFootprint(controllers.replicas, controllers.resources, controllers.storage),
    podsFootprint(brokers, settings.resources, settings.storage),
    entities,
    podsFootprint(brokers > 1 ? 1 : 0, cruiseControl.resources),
    podsFootprint(1, exporter.resources),
    podsFootprint(1, registry.operator.resources),
    podsFootprint(registry.replicas, registry.resources),
  ]);
}
