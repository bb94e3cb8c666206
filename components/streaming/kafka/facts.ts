import type { StreamingFacts } from '../capability.ts';
import {
  bootstrapAddress,
  clientNamespaceLabels,
  clusterAuthoritySecret,
  clusterName,
  podLabels,
  ports,
  registryService,
  streamingNamespace,
} from './names.ts';
import type { KafkaSettings } from './settings.ts';
import { planReplication } from './size-plan.ts';

/** What clients must know. Follows from the settings alone: every name is ours or derived from one of ours. */
export function factsOf(settings: KafkaSettings): StreamingFacts {
  return {
    cluster: clusterName,
    namespace: streamingNamespace,
    bootstrap: bootstrapAddress,
    brokers: { podLabels: podLabels.brokers, port: ports.clients },
    authority: { secretName: clusterAuthoritySecret, key: 'ca.crt' },
    replication: planReplication(settings.brokers, settings.replication).factor,
    registry: {
      url: `https://${registryService}.${streamingNamespace}.svc/apis/registry/v3`,
      podLabels: podLabels.registry,
      port: ports.registry,
    },
    clientNamespaceLabels,
  };
}
