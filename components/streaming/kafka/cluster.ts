import type * as pulumi from '@pulumi/pulumi';
import type { KubernetesObject } from '../../kit/kubernetes-object.ts';
import type { Scope } from '../../kit/scope.ts';
import { durationSeconds } from '../../kit/setting-types.ts';
import { strimziKinds } from './kinds.ts';
import { clusterLabel, clusterName, poolLabels, ports } from './names.ts';
import type { KafkaNodePoolSpec, KafkaSpec } from './operands.ts';
import { dataPod, operandResources, restrictedTemplate, statelessPod } from './pod-templates.ts';
import { kafkaVersion, strimziImages } from './releases.ts';
import type { KafkaSettings } from './settings.ts';
import { type PlannedPool, planPools, planReplication, type Replication } from './size-plan.ts';

/**
 * Emits the node pools and the cluster, in this order: the cluster must find its pools, and when all goes, the
 * pools outlive it.
 */
export function emitCluster(
  scope: Scope<KafkaSettings>,
  after: readonly pulumi.Resource[],
): KubernetesObject {
  const { brokers, controllers } = scope.settings;
  const pools = planPools(brokers, controllers.replicas).map((pool) =>
    scope.custom(
      `pool-${pool.name}`,
      strimziKinds.KafkaNodePool,
      { metadata: { name: pool.name, labels: clusterLabel }, spec: poolSpec(scope, pool) },
      { dependsOn: after, holdsData: heldBy(pool) },
    ),
  );
  return scope.custom(
    'cluster',
    strimziKinds.Kafka,
    { metadata: { name: clusterName }, spec: clusterSpec(scope) },
    {
      dependsOn: pools,
      readyWhen: 'condition=Ready',
      holdsData:
        'the authorities that sign for brokers and clients, and what ties the disks to their brokers',
    },
  );
}

function heldBy(pool: PlannedPool): string {
  return pool.roles.includes('broker')
    ? 'the messages of every topic'
    : 'the metadata of the cluster: which topics there are and which broker holds what';
}

function poolSpec(scope: Scope<KafkaSettings>, pool: PlannedPool): KafkaNodePoolSpec {
  const { settings, plan } = scope;
  const { storage, resources } = pool.name === 'controllers' ? settings.controllers : settings;
  const { acrossZones, storageClass } = settings;
  const { replicas } = pool;
  return {
    replicas,
    roles: pool.roles,
    storage: {
      type: 'jbod',
      volumes: [
        {
          id: 0,
          type: 'persistent-claim',
          size: storage,
          ...(storageClass ? { class: storageClass } : {}),
          kraftMetadata: 'shared',
          // Where data is protected, the disks stay even when the cluster goes.
          deleteClaim: !plan.environment.protection,
        },
      ],
    },
    resources: operandResources(resources),
    template: {
      pod: dataPod(poolLabels(pool.name), { replicas, oneToANode: acrossZones }),
      kafkaContainer: restrictedTemplate,
      initContainer: restrictedTemplate,
    },
  };
}

function clusterSpec(scope: Scope<KafkaSettings>): KafkaSpec {
  const { settings } = scope;
  const operatorImage = scope.image(strimziImages.operator);
  const kafkaImage = scope.image(strimziImages.kafka);
  const replication = planReplication(settings.brokers, settings.replication);
  // Where data is protected, clients keep their certificates even when the cluster is lost and made again.
  const authority = { generateSecretOwnerReference: !scope.plan.environment.protection };
  return {
    clusterCa: authority,
    clientsCa: authority,
    kafka: {
      ...kafkaVersion,
      image: kafkaImage,
      brokerRackInitImage: operatorImage,
      listeners: [
        { name: 'tls', port: ports.clients, type: 'internal', tls: true, authentication: { type: 'tls' } },
      ],
      authorization: { type: 'simple' },
      config: brokerConfiguration(settings, replication),
      ...(settings.acrossZones
        ? { rack: { type: 'topology-label', topologyKey: 'topology.kubernetes.io/zone' } }
        : {}),
      metricsConfig: { type: 'strimziMetricsReporter' },
      template: { podDisruptionBudget: { maxUnavailable: 1 } },
    },
    entityOperator: {
      topicOperator: { image: operatorImage, resources: operandResources(settings.entityOperator.topics) },
      userOperator: { image: operatorImage, resources: operandResources(settings.entityOperator.users) },
      template: {
        pod: statelessPod,
        topicOperatorContainer: restrictedTemplate,
        userOperatorContainer: restrictedTemplate,
      },
    },
    ...(settings.brokers > 1 ? { cruiseControl: cruiseControl(settings, kafkaImage) } : {}),
    kafkaExporter: {
      image: kafkaImage,
      topicRegex: '.*',
      groupRegex: '.*',
      resources: operandResources(settings.exporter.resources),
      template: { pod: statelessPod, container: restrictedTemplate },
    },
  };
}

/** Moves partitions to brokers that are added and away from those that are to go, by itself. */
function cruiseControl(settings: KafkaSettings, image: string): NonNullable<KafkaSpec['cruiseControl']> {
  return {
    image,
    resources: operandResources(settings.cruiseControl.resources),
    autoRebalance: [{ mode: 'add-brokers' }, { mode: 'remove-brokers' }],
    template: { pod: statelessPod, cruiseControlContainer: restrictedTemplate },
  };
}

/** Kafka's own topics are kept as often as all others; topics are made as resources only. */
function brokerConfiguration(
  settings: KafkaSettings,
  { factor, minInSync }: Replication,
): KafkaSpec['kafka']['config'] {
  return {
    'auto.create.topics.enable': false,
    'default.replication.factor': factor,
    'min.insync.replicas': minInSync,
    'offsets.topic.replication.factor': factor,
    'transaction.state.log.replication.factor': factor,
    'transaction.state.log.min.isr': minInSync,
    'share.coordinator.state.topic.replication.factor': factor,
    'share.coordinator.state.topic.min.isr': minInSync,
    'log.retention.ms': durationSeconds(settings.retention) * 1000,
  };
}
