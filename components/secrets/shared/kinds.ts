import { externalSecretsRelease } from './external-secrets.ts';
import { type CrdBundle, kindsOf } from '../../kit/kinds.ts';

/** Kinds of External Secrets that the platform writes: v1 only, whatever else is served. */
export const externalSecretsKinds = kindsOf(
  'external-secrets.io',
  'v1',
  {
    ClusterExternalSecret: 'clusterexternalsecrets',
    ClusterSecretStore: 'clustersecretstores',
    ExternalSecret: 'externalsecrets',
    SecretStore: 'secretstores',
  },
  { clusterScoped: ['ClusterExternalSecret', 'ClusterSecretStore'] },
);

/** The definitions that come with External Secrets. Those of what we turn off are left out. */
export const externalSecretsCrds: CrdBundle = {
  name: 'external-secrets',
  version: '2.9.0',
  licence: 'Apache-2.0',
  source: 'https://github.com/external-secrets/external-secrets/releases',
  mirrorFolder: 'external-secrets',
  from: { type: 'release', upstream: externalSecretsRelease, values: { installCRDs: true } },
  kinds: Object.values(externalSecretsKinds),
};
