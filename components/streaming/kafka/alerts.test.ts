import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { promtool, raised, type Series } from '../../../tests/support/alert-judge.ts';
import { kafkaAlerts } from './alerts.ts';
import { kafkaSizes } from './settings.ts';

const alerts = kafkaAlerts(kafkaSizes.small);

const here = 'namespace="ninefold-streaming"';
const up = (monitor: string, pod: string) => `up{job="ninefold-streaming/${monitor}",pod="${pod}"}`;
const constant = (value: number) => `${value}x120`;

const disk = (kind: string) =>
  `kubelet_volume_stats_${kind}_bytes{${here},persistentvolumeclaim="data-0-kafka-brokers-0"}`;
const lag = `kafka_consumergroup_lag{${here},consumergroup="orders",topic="payments.settled",partition="0"}`;
const offset = `kafka_consumergroup_current_offset{${here},consumergroup="orders",topic="payments.settled",partition="0"}`;

/** Three brokers, all well. */
const healthy: Series = {
  [up('kafka', 'kafka-brokers-0')]: constant(1),
  [up('kafka', 'kafka-brokers-1')]: constant(1),
  [up('kafka', 'kafka-brokers-2')]: constant(1),
  [up('strimzi', 'strimzi-cluster-operator-0')]: constant(1),
  [up('schema-registry', 'schema-registry-0')]: constant(1),
  [`kafka_controller_kafkacontroller_activecontrollercount{${here},pod="kafka-brokers-0"}`]: constant(1),
  [`kafka_controller_kafkacontroller_activecontrollercount{${here},pod="kafka-brokers-1"}`]: constant(0),
  [`kafka_controller_kafkacontroller_offlinepartitionscount{${here},pod="kafka-brokers-0"}`]: constant(0),
  [`kafka_cluster_partition_underminisr{${here},pod="kafka-brokers-0",topic="a",partition="0"}`]: constant(0),
  [`kafka_server_replicamanager_underreplicatedpartitions{${here},pod="kafka-brokers-0"}`]: constant(0),
  [`kafka_controller_controllerstats_uncleanleaderelectionspersec_total{${here},pod="kafka-brokers-0"}`]:
    constant(0),
  [disk('available')]: constant(80),
  [disk('capacity')]: constant(100),
  [lag]: constant(5),
  [offset]: '0+10x120',
  [`strimzi_reconciliations_failed_total{${here},kind="Kafka"}`]: constant(1),
};

function without(series: Series, name: string): Series {
  return Object.fromEntries(Object.entries(series).filter(([one]) => one !== name));
}

describe('alerts of Kafka', { skip: 'problem' in promtool ? promtool.problem : false }, () => {
  test('are silent while all is well', () => assert.deepEqual(raised(alerts, healthy), []));

  const cases: [string, Series, string[]][] = [
    [
      'a node that does not answer',
      { ...healthy, [up('kafka', 'kafka-brokers-2')]: constant(0) },
      ['KafkaNodeAbsent'],
    ],
    ['a node that is not there', without(healthy, up('kafka', 'kafka-brokers-2')), ['KafkaNodeAbsent']],
    [
      'no active controller',
      {
        ...healthy,
        [`kafka_controller_kafkacontroller_activecontrollercount{${here},pod="kafka-brokers-0"}`]:
          constant(0),
      },
      ['KafkaControllerAbsent'],
    ],
    [
      'two active controllers',
      {
        ...healthy,
        [`kafka_controller_kafkacontroller_activecontrollercount{${here},pod="kafka-brokers-1"}`]:
          constant(1),
      },
      ['KafkaControllerAbsent'],
    ],
    [
      'a partition without a leader',
      {
        ...healthy,
        [`kafka_controller_kafkacontroller_offlinepartitionscount{${here},pod="kafka-brokers-0"}`]:
          constant(2),
      },
      ['KafkaPartitionOffline'],
    ],
    [
      'a partition that can’t be written',
      {
        ...healthy,
        [`kafka_cluster_partition_underminisr{${here},pod="kafka-brokers-0",topic="a",partition="0"}`]:
          constant(1),
      },
      ['KafkaPartitionReadOnly'],
    ],
    [
      'copies that lag behind',
      {
        ...healthy,
        [`kafka_server_replicamanager_underreplicatedpartitions{${here},pod="kafka-brokers-0"}`]: constant(3),
      },
      ['KafkaPartitionUnderReplicated'],
    ],
    [
      'a stale copy that became leader',
      {
        ...healthy,
        [`kafka_controller_controllerstats_uncleanleaderelectionspersec_total{${here},pod="kafka-brokers-0"}`]:
          '0x100 1x20',
      },
      ['KafkaUncleanElection'],
    ],
    ['a disk that fills', { ...healthy, [disk('available')]: constant(20) }, ['KafkaDiskFilling']],
    [
      'a disk that is full',
      { ...healthy, [disk('available')]: constant(5) },
      ['KafkaDiskFull', 'KafkaDiskFilling'],
    ],
    ['a consumer that is stuck', { ...healthy, [offset]: constant(7) }, ['KafkaConsumerStuck']],
    ['a consumer that has read all', { ...healthy, [offset]: constant(7), [lag]: constant(0) }, []],
    ['no operator', without(healthy, up('strimzi', 'strimzi-cluster-operator-0')), ['StrimziOperatorAbsent']],
    [
      'an operator that keeps failing',
      { ...healthy, [`strimzi_reconciliations_failed_total{${here},kind="Kafka"}`]: '0+1x120' },
      ['StrimziReconciliationFailing'],
    ],
    ['no registry', without(healthy, up('schema-registry', 'schema-registry-0')), ['SchemaRegistryAbsent']],
  ];
  for (const [name, series, expected] of cases) {
    test(`${expected.length > 0 ? 'report' : 'are silent about'} ${name}`, () =>
      assert.deepEqual(raised(alerts, series), expected));
  }

  test('are each raised by some case', () => {
    const covered = new Set(cases.flatMap(([, , expected]) => expected));
    assert.deepEqual(
      alerts.map(({ name }) => name).filter((name) => !covered.has(name)),
      [],
    );
  });
});
