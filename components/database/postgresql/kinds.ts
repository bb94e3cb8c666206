import { type CrdBundle, kindsOf } from '../../kit/kinds.ts';
import { operatorRelease, pluginRelease } from './releases.ts';

/** Kinds of CloudNativePG. */
export const postgresqlKinds = kindsOf(
  'postgresql.cnpg.io',
  'v1',
  {
    Backup: 'backups',
    Cluster: 'clusters',
    ClusterImageCatalog: 'clusterimagecatalogs',
    Database: 'databases',
    DatabaseRole: 'databaseroles',
    FailoverQuorum: 'failoverquorums',
    ImageCatalog: 'imagecatalogs',
    Pooler: 'poolers',
    Publication: 'publications',
    ScheduledBackup: 'scheduledbackups',
    Subscription: 'subscriptions',
  },
  { clusterScoped: ['ClusterImageCatalog'] },
);

/** The definitions that come with CloudNativePG. */
export const postgresqlCrds: CrdBundle = {
  name: 'cloudnative-pg',
  version: '1.30.0',
  licence: 'Apache-2.0',
  source: 'https://github.com/cloudnative-pg/cloudnative-pg/releases',
  mirrorFolder: 'postgresql-cloudnative-pg',
  from: { type: 'release', upstream: operatorRelease, values: { crds: { create: true } } },
  kinds: Object.values(postgresqlKinds),
};

/** Kinds of the plugin that backs up. */
export const backupKinds = kindsOf('barmancloud.cnpg.io', 'v1', { ObjectStore: 'objectstores' });

/** The definitions that come with the plugin. */
export const backupCrds: CrdBundle = {
  name: 'plugin-barman-cloud',
  version: '0.13.0',
  licence: 'Apache-2.0',
  source: 'https://github.com/cloudnative-pg/plugin-barman-cloud/releases',
  mirrorFolder: 'postgresql-cloudnative-pg',
  from: { type: 'release', upstream: pluginRelease, values: { crds: { create: true } } },
  kinds: Object.values(backupKinds),
};
