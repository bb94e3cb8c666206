import type { Alert } from '../../kit/monitoring.ts';
import { streamingNamespace } from './names.ts';
import type { KafkaSettings } from './settings.ts';
import { planPools } from './size-plan.ts';

const here = `namespace="${streamingNamespace}"`;

/** How many targets of a monitor answer; none where there is nothing to scrape. */
function answering(monitor: string): string {
  return `(count(up{job="${streamingNamespace}/${monitor}"} == 1) or vector(0))`;
}

/** Part of a disk of Kafka that is still free. */
function freeDisk(): string {
  const disks = `{${here},persistentvolumeclaim=~"data-0-.+"}`;
  return `kubelet_volume_stats_available_bytes${disks} / kubelet_volume_stats_capacity_bytes${disks}`;
}

/** Alerts over the metrics of Kafka's own reporter, the exporter, the operator and the kubelet. */
export function kafkaAlerts(settings: KafkaSettings): readonly Alert[] {
  const nodes = planPools(settings.brokers, settings.controllers.replicas).reduce(
    (sum, pool) => sum + pool.replicas,
    0,
  );
  return [
    {
      name: 'KafkaNodeAbsent',
      expression: `${answering('kafka')} < ${nodes}`,
      lasting: '10m',
      severity: 'page',
      summary: `Only {{ $value }} of ${nodes} nodes of the Kafka cluster answer.`,
      action:
        'Look at the pods and disks of the namespace ninefold-streaming and at the log of the missing node.',
    },
    {
      name: 'KafkaControllerAbsent',
      expression: `sum(kafka_controller_kafkacontroller_activecontrollercount{${here}}) != 1`,
      lasting: '5m',
      severity: 'page',
      summary: 'There are {{ $value }} active controllers where there should be one: metadata can’t change.',
      action:
        'Look at the controllers’ logs; a majority of them must be able to reach each other on port 9090.',
    },
    {
      name: 'KafkaPartitionOffline',
      expression: `max(kafka_controller_kafkacontroller_offlinepartitionscount{${here}}) > 0`,
      lasting: '2m',
      severity: 'page',
      summary: '{{ $value }} partitions have no leader: they can be neither written nor read.',
      action:
        'Bring back the brokers that hold their copies; electing a leader among stale copies loses messages.',
    },
    {
      name: 'KafkaPartitionReadOnly',
      expression: `sum(kafka_cluster_partition_underminisr{${here}}) > 0`,
      lasting: '5m',
      severity: 'page',
      summary: '{{ $value }} partitions have too few copies in step: nothing can be written to them.',
      action: 'Find the broker that is away or slow; its log and the disk of its node say why.',
    },
    {
      name: 'KafkaPartitionUnderReplicated',
      expression: `sum by (pod) (kafka_server_replicamanager_underreplicatedpartitions{${here}}) > 0`,
      lasting: '30m',
      severity: 'ticket',
      summary: '{{ $labels.pod }} leads {{ $value }} partitions with copies that lag behind.',
      action: 'Find the broker that is away or slow, before another one fails.',
    },
    {
      name: 'KafkaUncleanElection',
      expression: `sum(increase(kafka_controller_controllerstats_uncleanleaderelectionspersec_total{${here}}[1h])) > 0`,
      lasting: '0m',
      severity: 'page',
      summary: 'A stale copy became the leader of a partition: messages were lost.',
      action:
        'Find the partition in the controller’s log and tell the owners of its topic what time is affected.',
    },
    {
      name: 'KafkaDiskFull',
      expression: `${freeDisk()} < 0.10`,
      lasting: '5m',
      severity: 'page',
      summary:
        'The disk {{ $labels.persistentvolumeclaim }} has less than a tenth left; a full one stops its broker.',
      action: 'Raise capabilities.streaming.storage, or shorten the retention of the largest topics.',
    },
    {
      name: 'KafkaDiskFilling',
      expression: `${freeDisk()} < 0.25`,
      lasting: '1h',
      severity: 'ticket',
      summary: 'The disk {{ $labels.persistentvolumeclaim }} has less than a quarter left.',
      action: 'Raise capabilities.streaming.storage, or shorten the retention of the largest topics.',
    },
    {
      name: 'KafkaConsumerStuck',
      expression: [
        `sum by (consumergroup, topic) (kafka_consumergroup_lag{${here}}) > 0`,
        `sum by (consumergroup, topic) (delta(kafka_consumergroup_current_offset{${here}}[30m])) == 0`,
      ].join(' and '),
      lasting: '30m',
      severity: 'ticket',
      summary: '{{ $labels.consumergroup }} has messages of {{ $labels.topic }} to read and does not get on.',
      action:
        'Look at the pods of the consumer: a message that it can’t digest, or a dependency that is away.',
    },
    {
      name: 'StrimziOperatorAbsent',
      expression: `${answering('strimzi')} < 1`,
      lasting: '15m',
      severity: 'ticket',
      summary:
        'Strimzi’s operator does not answer: Kafka runs, but nothing about it can change or be renewed.',
      action: 'Look at the Deployment strimzi-cluster-operator and at its log.',
    },
    {
      name: 'StrimziReconciliationFailing',
      expression: `sum by (kind) (increase(strimzi_reconciliations_failed_total{${here}}[30m])) > 3`,
      lasting: '15m',
      severity: 'ticket',
      summary: 'Strimzi keeps failing on objects of the kind {{ $labels.kind }}.',
      action: 'Read the conditions of the objects of that kind; the operator’s log has the details.',
    },
    {
      name: 'SchemaRegistryAbsent',
      expression: `${answering('schema-registry')} < 1`,
      lasting: '10m',
      severity: 'page',
      summary: 'No schema registry answers: services can’t start or use a schema that they have not seen.',
      action: 'Look at the pods of schema-registry; they wait for Kafka and for their certificate.',
    },
  ];
}
