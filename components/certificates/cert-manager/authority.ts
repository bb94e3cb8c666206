import type * as pulumi from '@pulumi/pulumi';
import type { KubernetesObject } from '../../kit/kubernetes-object.ts';
import type { CustomResourceContent, Scope } from '../../kit/scope.ts';
import { certManagerKinds } from './kinds.ts';
import type { CertManagerSettings } from './settings.ts';

/** Name of the issuer that signs for services inside the platform. */
export const internalIssuer = 'ninefold-internal';

/** Name of the issuer by which root authorities sign themselves. */
export const bootstrapIssuer = 'ninefold-bootstrap';
const authorityName = 'ninefold-authority';

/** The root authority's certificate. Also what the gate sends as its sample. */
export function authorityCertificate(settings: CertManagerSettings): CustomResourceContent {
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

/**
 * Emits the internal authority: an issuer that signs itself once, the root certificate made with it, and the
 * cluster-wide issuer that signs with that root. The root's key never leaves the cluster.
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
  return scope.custom(
    'internal-issuer',
    certManagerKinds.ClusterIssuer,
    { metadata: { name: internalIssuer }, spec: { ca: { secretName: authorityName } } },
    { dependsOn: [authority], readyWhen: 'condition=Ready' },
  );
}
