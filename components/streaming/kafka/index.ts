import { defineImplementation } from '../../kit/capability.ts';
import { monitoringCrds, monitoringKinds } from '../../kit/monitoring.ts';
import { checkSettings } from './check.ts';
import { bindClient } from './clients.ts';
import { emitCluster } from './cluster.ts';
import { factsOf } from './facts.ts';
import { footprintOf } from './footprint.ts';
import { apicurioCrds, apicurioKinds, strimziCrds, strimziKinds } from './kinds.ts';
import { exceptionsOf, listenersOf } from './listeners.ts';
import { emitMonitors } from './monitors.ts';
import { streamingNamespace } from './names.ts';
import { emitNetwork } from './network.ts';
import { emitApicurioOperator, emitStrimziOperator } from './operators.ts';
import { emitPlatformEntities } from './platform-entities.ts';
import { emitRegistry } from './registry.ts';
import { apicurioRelease, releasesOf, strimziRelease } from './releases.ts';
import { type KafkaSettings, kafkaSettings, kafkaSizes } from './settings.ts';

/** Kafka by Strimzi, with the schema registry of Apicurio. */
export const kafka = defineImplementation<'streaming', KafkaSettings>({
  capability: 'streaming',
  name: 'kafka',
  title: 'Apache Kafka (Strimzi) with Apicurio Registry',
  token: 'ninefold:streaming:Kafka',
  settings: kafkaSettings,
  sizes: kafkaSizes,
  upstreams: [strimziRelease, apicurioRelease],
  crds: [strimziCrds, apicurioCrds, monitoringCrds],
  kinds: [
    strimziKinds.Kafka,
    strimziKinds.KafkaNodePool,
    strimziKinds.KafkaTopic,
    strimziKinds.KafkaUser,
    apicurioKinds.ApicurioRegistry3,
    monitoringKinds.PodMonitor,
    monitoringKinds.PrometheusRule,
  ],
  namespaces: () => [{ name: streamingNamespace }],
  releases: ({ settings }) => releasesOf(settings),
  // Secrets bring to a client's namespace what Strimzi writes beside the cluster.
  requires: () => ['certificates', 'secrets'],
  check: ({ settings }) => checkSettings(settings),
  facts: ({ settings }) => factsOf(settings),
  footprint: ({ settings }) => footprintOf(settings),
  listeners: ({ settings }) => listenersOf(settings),
  exceptions: ({ settings }) => exceptionsOf(settings),
  platform(scope) {
    // Network first, so that it is the last to go: an operator that is cut off clears no finalizer.
    const network = emitNetwork(scope);
    const strimzi = emitStrimziOperator(scope, network);
    const apicurio = emitApicurioOperator(scope, network);
    const cluster = emitCluster(scope, strimzi);
    emitPlatformEntities(scope, cluster);
    const registry = emitRegistry(scope, { cluster, operator: apicurio });
    emitMonitors(scope, [cluster, registry]);
  },
  bind: bindClient,
});
