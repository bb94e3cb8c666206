import type * as pulumi from '@pulumi/pulumi';
import type { KubernetesObject } from '../../kit/kubernetes-object.ts';
import type { CustomResourceContent, Scope } from '../../kit/scope.ts';
import { emitIssuerPolicies, makesNoAuthorities } from './issuer-policies.ts';
import { certManagerKinds } from './kinds.ts';
import type { CertManagerSettings } from './settings.ts';

/** Name of the issuer that signs for services inside the platform. */
export const internalIssuer = 'ninefold-internal';

/** Name of the issuer by which root authorities sign themselves. */
export const bootstrapIssuer = 'ninefold-bootstrap';
const authorityName = 'ninefold-authority';

/** The root authority's certificate. */
function authorityCertificate(settings: CertManagerSettings): CustomResourceContent {
  return {
    metadata: { name: authorityName },
    spec: {
      isCA: true,
      commonName: 'Ninefold internal authority',
      secretName: authorityName,
      duration: settings.authority.duration,
      renewBefore: settings.authority.renewBefore,
      privateKey: { algorithm: 'ECDSA', size: 384, rotationPolicy: 'Never' },
      usages: ['cert sign', 'crl sign', 'digital signature'],
      issuerRef: {
        group: certManagerKinds.ClusterIssuer.group,
        kind: 'ClusterIssuer',
        name: bootstrapIssuer,
      },
    },
  };
}

/** What the gate sends: like the certificates that others will ask for. */
export const gateSample = {
  secretName: 'gate',
  dnsNames: ['gate.invalid'],
  issuerRef: { group: certManagerKinds.ClusterIssuer.group, kind: 'ClusterIssuer', name: internalIssuer },
};

/**
 * Emits the internal authority: an issuer that signs itself once, the root certificate made with it, and the
 * cluster-wide issuer that signs with that root, behind the policies that say what for. The root's key never leaves
 * the cluster.
 */
export function emitAuthority(
  scope: Scope<CertManagerSettings>,
  after: readonly pulumi.Resource[],
): KubernetesObject {
  const bootstrap = scope.custom(
    'bootstrap-issuer',
    certManagerKinds.ClusterIssuer,
    { metadata: { name: bootstrapIssuer }, spec: { selfSigned: {} } },
    { dependsOn: after, readyWhen: 'condition=Ready' },
  );
  const authority = scope.custom(
    'authority',
    certManagerKinds.Certificate,
    authorityCertificate(scope.settings),
    {
      dependsOn: [bootstrap],
      readyWhen: 'condition=Ready',
      holdsData: 'the key of the internal authority; all it has signed must be issued anew without it',
    },
  );
  const policies = emitIssuerPolicies(
    scope,
    'internal-issuer',
    internalIssuer,
    [makesNoAuthorities(internalIssuer)],
    after,
  );
  return scope.custom(
    'internal-issuer',
    certManagerKinds.ClusterIssuer,
    { metadata: { name: internalIssuer }, spec: { ca: { secretName: authorityName } } },
    { dependsOn: [authority, ...policies], readyWhen: 'condition=Ready' },
  );
}
