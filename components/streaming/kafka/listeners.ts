import type { DeclaredException } from '../../kit/exceptions.ts';
import type { Listener } from '../../kit/listeners.ts';
import { ports } from './names.ts';
import { kubernetesClients } from './network.ts';
import { apicurioOperator, strimziOperator } from './operators.ts';
import type { KafkaSettings } from './settings.ts';

/** Every port that the capability opens. */
export function listenersOf(settings: KafkaSettings): Listener[] {
  const tls = (name: string, port: number, purpose: string) => ({ name, port, tls: true, purpose });
  const plain = (name: string, port: number, purpose: string) => ({ name, port, tls: false, purpose });
  return [
    tls('kafka-clients', ports.clients, 'clients, with a certificate of their own'),
    tls('kafka-control-plane', ports.controlPlane, 'agreement on metadata'),
    tls('kafka-replication', ports.replication, 'copies between brokers'),
    tls('kafka-agent', ports.agent, 'state of a node, for the operator'),
    plain('kafka-metrics', ports.metrics, 'metrics'),
    plain('kafka-exporter-metrics', ports.metrics, 'metrics'),
    plain('topic-operator-health', ports.topicOperator, 'health and metrics'),
    plain('user-operator-health', ports.userOperator, 'health and metrics'),
    plain(`${strimziOperator}-http`, ports.operator, 'health and metrics'),
    plain(`${apicurioOperator}-http`, ports.registryOperator, 'health'),
    tls('schema-registry', ports.registry, 'schemas, for clients'),
    tls('schema-registry-management', ports.registryManagement, 'health and metrics'),
    ...(settings.brokers > 1
      ? [tls('cruise-control', ports.cruiseControl, 'balancing, for the operators')]
      : []),
  ];
}

/** What Kafka cannot do without. */
export function exceptionsOf(settings: KafkaSettings): DeclaredException[] {
  const plaintext = listenersOf(settings)
    .filter((listener) => !listener.tls)
    .map((listener) => ({
      rule: 'listener-plaintext' as const,
      subject: listener.name,
      reason: 'Metrics and health only; reached from the metrics namespace and the kubelet alone.',
    }));
  const api = kubernetesClients.map(({ workload, reason }) => ({
    rule: 'kubernetes-api' as const,
    subject: workload,
    reason,
  }));
  return [...plaintext, ...api];
}
