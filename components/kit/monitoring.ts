import type * as pulumi from '@pulumi/pulumi';
import { type CrdBundle, kindsOf } from './kinds.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import type { Manifest } from './manifest.ts';
import { capabilityNamespace } from './naming.ts';
import { networkPolicy } from './network.ts';
import type { Scope } from './scope.ts';

/** Kinds of the Prometheus Operator by which workloads say how they are watched. */
export const monitoringKinds = kindsOf('monitoring.coreos.com', 'v1', {
  PodMonitor: 'podmonitors',
  PrometheusRule: 'prometheusrules',
  ServiceMonitor: 'servicemonitors',
});

/**
 * The monitoring definitions. They stand in the foundation whether or not a metrics capability is on, so that
 * every component can carry its monitors and alerts as plain resources.
 */
export const monitoringCrds: CrdBundle = {
  name: 'prometheus-operator',
  version: '0.93.1',
  licence: 'Apache-2.0',
  source: 'https://github.com/prometheus-operator/prometheus-operator/releases',
  mirrorFolder: 'prometheus',
  passive: true,
  from: {
    type: 'manifest',
    url: 'https://github.com/prometheus-operator/prometheus-operator/releases/download/v0.93.1/bundle.yaml',
  },
  kinds: Object.values(monitoringKinds),
};

/** Pods to scrape. */
export interface PodMonitorOptions {
  name: string;
  /** Where the pods are. @default the scope's own namespace */
  namespace?: string;
  podLabels: Readonly<Record<string, string>>;
  /** Name of the container port. */
  port: string;
  /** @default '/metrics' */
  path?: string;
  /** Parameters of the query, such as the format. @default none */
  parameters?: Readonly<Record<string, readonly string[]>>;
  /** For a port with TLS: the Secret whose `ca.crt` signed for it, and the name that it was signed for. */
  tls?: { secretName: string; serverName: string };
}

/** Says which pods of a namespace are scraped, every 30 seconds. */
export function podMonitor(
  scope: Scope<unknown>,
  role: string,
  options: PodMonitorOptions,
  after: readonly pulumi.Resource[],
): KubernetesObject {
  const content = {
    metadata: { name: options.name, ...(options.namespace ? { namespace: options.namespace } : {}) },
    spec: {
      selector: { matchLabels: options.podLabels },
      podMetricsEndpoints: [
        {
          port: options.port,
          path: options.path ?? '/metrics',
          interval: '30s',
          ...(options.parameters ? { params: options.parameters } : {}),
          ...(options.tls ? tlsScraping(options.tls) : {}),
        },
      ],
    },
  };
  return scope.custom(role, monitoringKinds.PodMonitor, content, { dependsOn: after });
}

function tlsScraping({ secretName, serverName }: NonNullable<PodMonitorOptions['tls']>) {
  return {
    scheme: 'https',
    tlsConfig: { serverName, ca: { secret: { name: secretName, key: 'ca.crt' } } },
  };
}

/** Lets the metrics capability, and nobody else, scrape a port of some pods. */
export function allowScraping(
  name: string,
  pods: Readonly<Record<string, string>>,
  port: number,
  namespace?: string,
): Manifest {
  const scrapers = { namespace: capabilityNamespace('metrics') };
  return networkPolicy({
    name,
    ...(namespace ? { namespace } : {}),
    pods,
    from: { peers: [scrapers], ports: [port] },
  });
}

/** One alert. */
export interface Alert {
  /** Name in UpperCamelCase. */
  name: string;
  /** PromQL that is true while something is wrong. */
  expression: string;
  /** How long it must be true, such as `5m`. */
  lasting: string;
  /** `page` wakes somebody up, `ticket` waits for the morning. */
  severity: 'page' | 'ticket';
  /** What is wrong, for the one who is woken up. */
  summary: string;
  /** What to do first. */
  action: string;
}

/** Emits the alerts of a capability as one rule. */
export function alertRules(
  scope: Scope<unknown>,
  role: string,
  name: string,
  alerts: readonly Alert[],
  after: readonly pulumi.Resource[],
): KubernetesObject {
  const content = {
    metadata: { name },
    spec: {
      groups: [
        {
          name,
          rules: alerts.map((alert) => ({
            alert: alert.name,
            expr: alert.expression,
            for: alert.lasting,
            labels: { severity: alert.severity, capability: scope.capability },
            annotations: { summary: alert.summary, action: alert.action },
          })),
        },
      ],
    },
  };
  return scope.custom(role, monitoringKinds.PrometheusRule, content, { dependsOn: after });
}
