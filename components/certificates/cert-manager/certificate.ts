import type { Binding } from '../../kit/binding.ts';
import type { Scope } from '../../kit/scope.ts';
import type { CertificateNeeds, CertificatesFacts, CertificatesNeeds } from '../capability.ts';
import { certManagerKinds } from './kinds.ts';
import { emitOwnAuthority, ownIssuer } from './own-authority.ts';

/** Serves a client: issues a certificate, or makes an authority of the client's own. */
export function bindCertificates(
  scope: Scope<unknown>,
  facts: CertificatesFacts,
  need: CertificatesNeeds,
): Binding {
  if ('newAuthority' in need) {
    return { environment: {}, secrets: [], egress: [], grantedBy: emitOwnAuthority(scope, need) };
  }
  return bindCertificate(scope, facts, need);
}

/** Issues a certificate into the client's namespace: Secret `name` with `tls.crt`, `tls.key` and `ca.crt`. */
function bindCertificate(scope: Scope<unknown>, facts: CertificatesFacts, need: CertificateNeeds): Binding {
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
function certificateContent(facts: CertificatesFacts, need: CertificateNeeds) {
  const { dnsNames = [], commonName, secretLabels, authority } = need;
  return {
    metadata: { name: need.name, namespace: need.namespace },
    spec: {
      secretName: need.name,
      duration: facts.lifetime.duration,
      renewBefore: facts.lifetime.renewBefore,
      ...(secretLabels ? { secretTemplate: { labels: secretLabels } } : {}),
      ...(commonName ? { commonName } : {}),
      ...(dnsNames.length > 0 ? { dnsNames } : {}),
      usages: ['digital signature', ...need.usages.map((usage) => `${usage} auth`)],
      privateKey: { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always' },
      issuerRef: authority === undefined ? facts.issuer : ownIssuer(authority),
    },
  };
}
