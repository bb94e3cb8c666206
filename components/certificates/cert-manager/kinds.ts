import { type CrdBundle, kindsOf } from '../../kit/kinds.ts';
import { certManagerRelease } from './operator.ts';

/** Kinds of cert-manager. */
export const certManagerKinds = {
  ...kindsOf(
    'cert-manager.io',
    'v1',
    {
      Certificate: 'certificates',
      CertificateRequest: 'certificaterequests',
      ClusterIssuer: 'clusterissuers',
      Issuer: 'issuers',
    },
    { clusterScoped: ['ClusterIssuer'] },
  ),
  ...kindsOf('acme.cert-manager.io', 'v1', { Challenge: 'challenges', Order: 'orders' }),
};

/** The definitions that come with cert-manager. */
export const certManagerCrds: CrdBundle = {
  name: 'cert-manager',
  version: '1.21.1',
  licence: 'Apache-2.0',
  source: 'https://github.com/cert-manager/cert-manager/releases',
  mirrorFolder: 'cert-manager',
  from: { type: 'release', upstream: certManagerRelease, values: { crds: { enabled: true } } },
  kinds: Object.values(certManagerKinds),
};
