import type * as pulumi from '@pulumi/pulumi';
import type { Scope } from '../../kit/scope.ts';
import { poolerRole } from './access.ts';
import { authority, databaseNamespace, secretsOf, servicesOf } from './names.ts';
import type { PostgresqlSettings } from './settings.ts';

/** Has instances take a renewed certificate without a restart. */
const secretLabels = { 'cnpg.io/reload': '' };

/**
 * Emits the authority for databases, and the certificates of the cluster itself: of its servers, of the copies that
 * follow the one that writes, and of the pool. One authority for servers and clients, so that a client needs one
 * Secret; what it signs for clients is not good for a server.
 */
export function emitCertificates(scope: Scope<PostgresqlSettings>): readonly pulumi.Resource[] {
  const { name, pooler } = scope.settings;
  const secrets = secretsOf(name);
  const made = scope.request('certificates', { newAuthority: authority, owner: databaseNamespace }).grantedBy;
  const shared = { namespace: databaseNamespace, mountPath: '/certificates', authority, secretLabels };
  const client = (secret: string, commonName: string) =>
    scope.request('certificates', { ...shared, name: secret, commonName, usages: ['client'] }).grantedBy;
  const server = scope.request('certificates', {
    ...shared,
    name: secrets.server,
    dnsNames: Object.values(servicesOf(name)).flatMap(namesOfService),
    usages: ['server'],
  }).grantedBy;
  return [
    ...made,
    ...server,
    ...client(secrets.replication, 'streaming_replica'),
    ...(pooler.replicas > 0 ? client(secrets.pooler, poolerRole) : []),
  ];
}

/** What a Service is called within its namespace, within the cluster, and in full. */
function namesOfService(service: string): string[] {
  return [
    '',
    `.${databaseNamespace}`,
    `.${databaseNamespace}.svc`,
    `.${databaseNamespace}.svc.cluster.local`,
  ].map((end) => `${service}${end}`);
}
