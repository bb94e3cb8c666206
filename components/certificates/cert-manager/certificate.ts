import type { Binding } from '../../kit/binding.ts';
import type { Scope } from '../../kit/scope.ts';
import type { CertificatesFacts, CertificatesNeeds } from '../capability.ts';
import { certManagerKinds } from './kinds.ts';

/** Issues a certificate into the client's namespace: Secret `name` with `tls.crt`, `tls.key` and `ca.crt`. */
export function bindCertificate(
  scope: Scope<unknown>,
  facts: CertificatesFacts,
  need: CertificatesNeeds,
): Binding {
  const content = certificateContent(facts, need);
  const certificate = scope.custom(`certificate-${need.name}`, certManagerKinds.Certificate, content, {
    readyWhen: 'condition=Ready',
  });
  return {
    environment: {},
    secrets: [{ secretName: need.name, mountPath: need.mountPath }],
    egress: [],
    grantedBy: [certificate],
  };
}

/** The certificate of one client. */
function certificateContent(facts: CertificatesFacts, need: CertificatesNeeds) {
  return {
    metadata: { name: need.name, namespace: need.namespace },
    spec: {
      secretName: need.name,
      duration: facts.lifetime.duration,
      renewBefore: facts.lifetime.renewBefore,
      dnsNames: need.dnsNames,
      usages: ['digital signature', ...need.usages.map((usage) => `${usage} auth`)],
      privateKey: { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always' },
      issuerRef: facts.issuer,
    },
  };
}
