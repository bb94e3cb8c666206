import type { DeclaredException } from '../../kit/exceptions.ts';
import { gateSubject } from '../../kit/gate.ts';
import type { Listener } from '../../kit/listeners.ts';
import { ports, workloads } from './names.ts';
import type { IstioSettings } from './settings.ts';

/** Every port that Istio opens. */
export function listeners({ dataPlane }: IstioSettings): Listener[] {
  const plain = (name: string, port: number, purpose: string): Listener => ({
    name,
    port,
    tls: false,
    purpose,
  });
  const encrypted = (name: string, port: number, purpose: string): Listener => ({
    name,
    port,
    tls: true,
    purpose,
  });
  return [
    plain('istiod-http-debug', ports.debug, 'health of the control plane'),
    plain('istiod-grpc-xds', ports.plainConfiguration, 'nothing: switched off, though the chart lists it'),
    encrypted('istiod-tls-xds', ports.configuration, 'configuration and certificates of proxies'),
    encrypted('istiod-https-webhooks', ports.webhook, 'admission requests of the API server'),
    plain('istiod-http-monitoring', ports.monitoring, 'metrics of the control plane'),
    plain('istio-cni-metrics', ports.monitoring, 'metrics of the node agent'),
    plain('istio-cni-health', ports.agentHealth, 'health of the node agent'),
    ...(dataPlane === 'ambient'
      ? [
          encrypted('mesh-tunnel', ports.tunnel, 'traffic between pods of the mesh, by mutual TLS'),
          plain('ztunnel-metrics', ports.proxyMetrics, 'metrics of node proxies and waypoints'),
          plain('ztunnel-health', ports.proxyHealth, 'health of node proxies and waypoints'),
        ]
      : []),
  ];
}

/** What Istio can't do without. */
export function exceptions(settings: IstioSettings): DeclaredException[] {
  const plaintext = listeners(settings)
    .filter(({ tls }) => !tls)
    .map(({ name }): DeclaredException => ({
      rule: 'listener-plaintext',
      subject: name,
      reason: 'Metrics and health only; reached from the metrics namespace and the kubelet alone.',
    }));
  const api = [workloads.controlPlane.name, workloads.nodeAgent.name, gateSubject].map(
    (subject): DeclaredException => ({
      rule: 'kubernetes-api',
      subject,
      reason: 'It follows services, pods and policies through the API server.',
    }),
  );
  const privileged: DeclaredException[] = [
    {
      rule: 'privileged',
      subject: workloads.nodeAgent.name,
      reason:
        'Writes the node’s network configuration and enters the network of pods to lead them into the mesh.',
    },
    ...(settings.dataPlane === 'ambient'
      ? [
          {
            rule: 'privileged' as const,
            subject: workloads.nodeProxy.name,
            reason: 'Opens its sockets in the network of each pod of the node.',
          },
        ]
      : []),
  ];
  return [...plaintext, ...api, ...privileged];
}
