import type { DeclaredException } from '../../kit/exceptions.ts';
import { gateSubject } from '../../kit/gate.ts';
import type { Listener } from '../../kit/listeners.ts';
import { workloadRoles, workloads } from './external-secrets.ts';
import { ports } from './names.ts';
import type { Product } from './product.ts';

/** Every port that the capability opens. */
export function listenersOf(product: Product): Listener[] {
  const tls = (name: string, port: number, purpose: string) => ({ name, port, tls: true, purpose });
  return [
    tls(`${product.name}-api`, ports.api, 'the API, for clients and for nodes that join'),
    tls(`${product.name}-cluster`, ports.cluster, 'agreement and forwarding between nodes'),
    tls(`${product.name}-metrics`, ports.metrics, 'metrics, without a token'),
    tls(
      `${product.name}-metrics-cluster`,
      ports.metricsCluster,
      'opened beside the metrics by the server; let in by no policy',
    ),
    ...workloadRoles.flatMap((role) =>
      workloads[role].ports.map(({ name, port }) => ({
        name: `${workloads[role].name}-${name}`,
        port,
        tls: name === 'webhook',
        purpose:
          name === 'webhook'
            ? 'admission requests of the API server'
            : name === 'metrics'
              ? 'metrics'
              : 'health',
      })),
    ),
  ];
}

/** What it cannot do without. */
export function exceptionsOf(product: Product): DeclaredException[] {
  const plaintext = listenersOf(product)
    .filter((listener) => !listener.tls)
    .map((listener) => ({
      rule: 'listener-plaintext' as const,
      subject: listener.name,
      reason: 'Metrics and health only; reached from the metrics namespace and the kubelet alone.',
    }));
  const reconciles = 'A controller reads and writes its objects through the API server.';
  const api = [
    { subject: product.name, reason: 'It asks the API server whose the token is that a pod shows.' },
    {
      subject: 'configurator',
      reason: 'It keeps the state of initialising in a Secret and reads what services want.',
    },
    ...workloadRoles.map((role) => ({ subject: workloads[role].name, reason: reconciles })),
    { subject: gateSubject, reason: 'It sends a sample until the webhook accepts it.' },
  ];
  return [...plaintext, ...api.map((one) => ({ rule: 'kubernetes-api' as const, ...one }))];
}
