import type * as pulumi from '@pulumi/pulumi';
import type { KubernetesObject } from '../../kit/kubernetes-object.ts';
import type { Scope } from '../../kit/scope.ts';
import { standInOperator } from '../../kit/stand-in.ts';
import { podLabels, ports, streamingNamespace } from './names.ts';
import { apicurioImages, apicurioRelease, kafkaVersion, strimziImages, strimziRelease } from './releases.ts';
import type { KafkaSettings } from './settings.ts';

/** Name of the workload that reconciles Kafka. */
export const strimziOperator = 'strimzi-cluster-operator';

/** Name of the workload that reconciles the registry. */
export const apicurioOperator = 'apicurio-registry-operator';

/**
 * Emits Strimzi's operator. It has no webhook, so there is nothing to wait for beyond its Deployment. It watches
 * its own namespace only, and leaves network policies to us.
 */
export function emitStrimziOperator(
  scope: Scope<KafkaSettings>,
  after: readonly pulumi.Resource[],
): KubernetesObject[] {
  const { replicas, resources } = scope.settings.operator;
  const operatorImage = scope.image(strimziImages.operator);
  const standIn = () =>
    standInOperator({
      name: strimziOperator,
      labels: podLabels.operator,
      image: operatorImage,
      replicas,
      resources,
      ports: [{ name: 'http', port: ports.operator }],
      environment: {
        STRIMZI_NAMESPACE: streamingNamespace,
        STRIMZI_NETWORK_POLICY_GENERATION: 'false',
        STRIMZI_LEADER_ELECTION_ENABLED: 'true',
        STRIMZI_KAFKA_IMAGES: `${kafkaVersion.version}=${scope.image(strimziImages.kafka)}`,
        STRIMZI_DEFAULT_TOPIC_OPERATOR_IMAGE: operatorImage,
        STRIMZI_DEFAULT_USER_OPERATOR_IMAGE: operatorImage,
        STRIMZI_DEFAULT_KAFKA_INIT_IMAGE: operatorImage,
      },
    });
  return scope.release(strimziRelease, standIn, { dependsOn: after });
}

/** Emits the operator of the schema registry, which likewise watches its own namespace only. */
export function emitApicurioOperator(
  scope: Scope<KafkaSettings>,
  after: readonly pulumi.Resource[],
): KubernetesObject[] {
  const standIn = () =>
    standInOperator({
      name: apicurioOperator,
      labels: podLabels.registryOperator,
      image: scope.image(apicurioImages.operator),
      replicas: 1,
      resources: scope.settings.registry.operator.resources,
      ports: [{ name: 'http', port: ports.registryOperator }],
      environment: {
        APICURIO_OPERATOR_WATCHED_NAMESPACES: streamingNamespace,
        REGISTRY_APP_IMAGE: scope.image(apicurioImages.registry),
      },
    });
  return scope.release(apicurioRelease, standIn, { dependsOn: after });
}
