import type { PlanContext } from '../../kit/plan-context.ts';
import { defineImplementation } from '../../kit/capability.ts';
import type { DeclaredException } from '../../kit/exceptions.ts';
import { podsFootprint, sumFootprints } from '../../kit/footprint.ts';
import { gate, gateSubject } from '../../kit/gate.ts';
import type { Listener } from '../../kit/listeners.ts';
import { monitoringCrds, monitoringKinds } from '../../kit/monitoring.ts';
import { capabilityNamespace } from '../../kit/naming.ts';
import { durationSeconds } from '../../kit/setting-types.ts';
import type { Violation } from '../../kit/violation.ts';
import { emitAuthority, gateSample, internalIssuer } from './authority.ts';
import { bindCertificates } from './certificate.ts';
import { certManagerCrds, certManagerKinds } from './kinds.ts';
import { emitMonitors } from './monitors.ts';
import { emitNetwork } from './network.ts';
import { certManagerRelease, emitOperator, workloadRoles, workloads } from './operator.ts';
import { certManagerValues } from './values.ts';
import { type CertManagerSettings, certManagerSettings, certManagerSizes } from './settings.ts';

/** Certificates by cert-manager, with an internal authority of the platform's own. */
export const certManager = defineImplementation<'certificates', CertManagerSettings>({
  capability: 'certificates',
  name: 'cert-manager',
  title: 'cert-manager',
  token: 'ninefold:certificates:CertManager',
  settings: certManagerSettings,
  sizes: certManagerSizes,
  upstreams: [certManagerRelease],
  crds: [certManagerCrds, monitoringCrds],
  kinds: [
    certManagerKinds.Certificate,
    certManagerKinds.ClusterIssuer,
    monitoringKinds.PodMonitor,
    monitoringKinds.PrometheusRule,
  ],
  namespaces: () => [{ name: capabilityNamespace('certificates') }],
  releases: ({ settings }) => [
    {
      upstream: certManagerRelease,
      namespace: capabilityNamespace('certificates'),
      values: certManagerValues(settings),
    },
  ],
  requires: () => [],
  check,
  facts: ({ domain, settings }) => ({
    issuer: { group: certManagerKinds.ClusterIssuer.group, kind: 'ClusterIssuer', name: internalIssuer },
    domain,
    lifetime: settings.certificates,
  }),
  footprint: ({ settings }) =>
    sumFootprints(
      workloadRoles.map((role) => podsFootprint(settings[role].replicas, settings[role].resources)),
    ),
  listeners,
  exceptions,
  platform(scope) {
    // Network first, so that it is the last to go: an operator that is cut off clears no finalizer.
    const network = emitNetwork(scope);
    const operator = emitOperator(scope, network);
    const opened = gate(scope, {
      sample: { kind: certManagerKinds.Certificate, spec: gateSample },
      after: operator,
    });
    emitAuthority(scope, [opened]);
    emitMonitors(scope, operator);
  },
  bind: bindCertificates,
});

function check({ settings }: PlanContext<CertManagerSettings>): Violation[] {
  return (['authority', 'certificates'] as const)
    .filter((part) => durationSeconds(settings[part].renewBefore) >= durationSeconds(settings[part].duration))
    .map((part) => ({
      path: `${part}.renewBefore`,
      problem: 'the renewal would begin before the certificate does',
      value: settings[part].renewBefore,
      allowed: `less than ${part}.duration, ${settings[part].duration}`,
      fix: 'shorten renewBefore, or lengthen duration',
    }));
}

function listeners(): Listener[] {
  return workloadRoles.flatMap((role) =>
    workloads[role].ports.map(({ name, port }) => ({
      name: `${workloads[role].name}-${name}`,
      port,
      tls: name === 'https',
      purpose: name === 'https' ? 'admission requests of the API server' : name,
    })),
  );
}

function exceptions(): DeclaredException[] {
  const plaintext = listeners()
    .filter((listener) => !listener.tls)
    .map((listener) => ({
      rule: 'listener-plaintext' as const,
      subject: listener.name,
      reason: 'Metrics and health only; reached from the metrics namespace and the kubelet alone.',
    }));
  const api = [...workloadRoles.map((role) => workloads[role].name), gateSubject].map((subject) => ({
    rule: 'kubernetes-api' as const,
    subject,
    reason: 'A controller reads and writes its objects through the API server.',
  }));
  return [...plaintext, ...api];
}
