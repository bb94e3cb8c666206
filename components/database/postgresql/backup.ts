import type * as pulumi from '@pulumi/pulumi';
import type { KubernetesObject } from '../../kit/kubernetes-object.ts';
import type { Scope } from '../../kit/scope.ts';
import { resourceRequirements } from '../../kit/workload.ts';
import { backupKinds, postgresqlKinds } from './kinds.ts';
import { backupPlugin, objectStore } from './names.ts';
import type { ObjectStoreSpec, PluginUse, ScheduledBackupSpec } from './operands.ts';
import type { BackupSettings, PostgresqlSettings } from './settings.ts';

/** How often PostgreSQL archives a segment of its log that is not full, which is what a loss costs at most. */
export const recoveryPoint = '5m';

/** How a cluster archives: under its own name in the object store, so that it never writes over another's archive. */
export function archiveOf({ name, backup }: PostgresqlSettings): PluginUse | undefined {
  if (!backup) return undefined;
  return {
    name: backupPlugin,
    isWALArchiver: true,
    parameters: { barmanObjectName: objectStore, serverName: name },
  };
}

/** What the service account of the cluster carries so that the cloud knows its pods. */
export function identityAnnotations({ backup }: PostgresqlSettings): Record<string, string> | undefined {
  if (backup?.credentials.kind !== 'pod-identity' || !backup.credentials.roleArn) return undefined;
  return { 'eks.amazonaws.com/role-arn': backup.credentials.roleArn };
}

/** Emits where backups go. Deleting it leaves what is in the store. */
export function emitObjectStore(
  scope: Scope<PostgresqlSettings>,
  after: readonly pulumi.Resource[],
): KubernetesObject[] {
  const { backup } = scope.settings;
  if (!backup) return [];
  const content = { metadata: { name: objectStore }, spec: storeSpec(backup) };
  return [scope.custom('object-store', backupKinds.ObjectStore, content, { dependsOn: after })];
}

/** Emits when base backups are made. The first is made at once, since the log alone recovers nothing. */
export function emitSchedule(
  scope: Scope<PostgresqlSettings>,
  after: readonly pulumi.Resource[],
): KubernetesObject[] {
  const { backup, name } = scope.settings;
  if (!backup) return [];
  const spec: ScheduledBackupSpec = {
    cluster: { name },
    schedule: backup.schedule,
    immediate: true,
    backupOwnerReference: 'self',
    method: 'plugin',
    pluginConfiguration: { name: backupPlugin },
    target: 'prefer-standby',
  };
  return [
    scope.custom(
      `backups-${name}`,
      postgresqlKinds.ScheduledBackup,
      { metadata: { name }, spec },
      { dependsOn: after },
    ),
  ];
}

/** Where backups go. */
export function storeSpec(backup: BackupSettings): ObjectStoreSpec {
  const { credentials, endpoint, endpointAuthority, encryption } = backup;
  const encrypted = encryption === 'bucket' ? {} : { encryption };
  return {
    retentionPolicy: backup.retention,
    configuration: {
      destinationPath: backup.destination,
      ...(endpoint ? { endpointURL: endpoint } : {}),
      ...(endpointAuthority ? { endpointCA: endpointAuthority } : {}),
      s3Credentials:
        credentials.kind === 'pod-identity'
          ? { inheritFromIAMRole: true }
          : { accessKeyId: credentials.accessKeyId, secretAccessKey: credentials.secretAccessKey },
      wal: { compression: 'zstd', maxParallel: 4, ...encrypted },
      data: { compression: 'gzip', jobs: 2, ...encrypted },
    },
    instanceSidecarConfiguration: { resources: resourceRequirements(backup.resources) },
  };
}
