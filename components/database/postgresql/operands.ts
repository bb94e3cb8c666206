import type { SynchronousReplication } from './replication.ts';

/** What we set of each custom resource, and nothing more. */

/** Requests and limits of a container. */
export interface OperandResources {
  requests: { cpu: string; memory: string };
  limits: { memory: string };
}

/** A key of a Secret. */
export interface SecretKey {
  name: string;
  key: string;
}

/** How a cluster uses the plugin that backs up. */
export interface PluginUse {
  name: string;
  isWALArchiver?: boolean;
  parameters: { barmanObjectName: string; serverName: string };
}

/** A disk of each instance. */
export interface InstanceDisk {
  size: string;
  storageClass?: string;
}

/** How a cluster comes to be: empty, or from a backup. */
export type Bootstrap =
  | {
      initdb: {
        database: string;
        owner: string;
        dataChecksums: true;
        encoding: 'UTF8';
        localeProvider: 'builtin';
        builtinLocale: 'C.UTF-8';
        postInitSQL: readonly string[];
      };
    }
  | {
      recovery: { source: string; database: string; owner: string; recoveryTarget?: { targetTime: string } };
    };

export interface ClusterSpec {
  instances: number;
  imageCatalogRef: { apiGroup: string; kind: 'ImageCatalog'; name: string; major: number };
  enableSuperuserAccess: false;
  enablePDB: boolean;
  primaryUpdateStrategy: 'unsupervised';
  primaryUpdateMethod: 'switchover' | 'restart';
  priorityClassName: string;
  storage: InstanceDisk;
  walStorage: InstanceDisk;
  resources: OperandResources;
  affinity: {
    enablePodAntiAffinity: true;
    podAntiAffinityType: 'required' | 'preferred';
    topologyKey: string;
  };
  topologySpreadConstraints?: readonly object[];
  certificates: {
    serverCASecret: string;
    serverTLSSecret: string;
    clientCASecret: string;
    replicationTLSSecret: string;
  };
  postgresql: {
    parameters: Readonly<Record<string, string>>;
    pg_hba: readonly string[];
    pg_ident: readonly string[];
    synchronous?: SynchronousReplication;
  };
  bootstrap: Bootstrap;
  externalClusters?: readonly { name: string; plugin: PluginUse }[];
  plugins?: readonly PluginUse[];
  monitoring: { tls: { enabled: true } };
  serviceAccountTemplate?: { metadata: { annotations: Readonly<Record<string, string>> } };
}

export interface ImageCatalogSpec {
  images: readonly { major: number; image: string }[];
}

export interface PoolerSpec {
  cluster: { name: string };
  instances: number;
  type: 'rw';
  pgbouncer: {
    poolMode: 'transaction';
    authQuery: string;
    serverTLSSecret: { name: string };
    serverCASecret: { name: string };
    clientCASecret: { name: string };
    clientTLSSecret: { name: string };
    parameters: Readonly<Record<string, string>>;
    pg_hba: readonly string[];
  };
  monitoring: { tls: { enabled: true } };
  template: { metadata: { labels: Readonly<Record<string, string>> }; spec: object };
}

export interface DatabaseRoleSpec {
  cluster: { name: string };
  name: string;
  comment: string;
  login: boolean;
  inherit?: boolean;
  disablePassword: true;
  connectionLimit?: number;
  inRoles?: readonly string[];
  databaseRoleReclaimPolicy: 'retain' | 'delete';
}

export interface DatabaseSpec {
  cluster: { name: string };
  name: string;
  owner: string;
  connectionLimit: number;
  extensions?: readonly { name: string }[];
  databaseReclaimPolicy: 'retain' | 'delete';
}

export interface ObjectStoreSpec {
  retentionPolicy: string;
  configuration: {
    destinationPath: string;
    endpointURL?: string;
    endpointCA?: SecretKey;
    s3Credentials: { inheritFromIAMRole: true } | { accessKeyId: SecretKey; secretAccessKey: SecretKey };
    wal: { compression: 'zstd'; maxParallel: number; encryption?: 'AES256' | 'aws:kms' };
    data: { compression: 'gzip'; jobs: number; encryption?: 'AES256' | 'aws:kms' };
  };
  instanceSidecarConfiguration: { resources: OperandResources };
}

export interface ScheduledBackupSpec {
  cluster: { name: string };
  schedule: string;
  immediate: true;
  backupOwnerReference: 'self';
  method: 'plugin';
  pluginConfiguration: { name: string };
  target: 'prefer-standby';
}
