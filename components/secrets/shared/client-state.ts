import { durationSeconds } from '../../kit/setting-types.ts';
import type { SecretsFacts, SecretsNeeds } from '../capability.ts';
import { clientName } from './names.ts';
import { policy, role } from './platform-state.ts';
import type { Desired } from './program/desired.ts';

/** Where the secrets of a service are kept. */
export function secretPath(need: SecretsNeeds, secret: string): string {
  return `services/${need.namespace}/${need.name}/${secret}`;
}

/** Name of a service's key for encrypted fields. */
export function transitKey(need: SecretsNeeds, key: string): string {
  return `${need.namespace}.${need.name}.${key}`;
}

/** Name of the role by which a service gets users of a database. */
export function databaseRole(need: SecretsNeeds, database: string): string {
  return `${clientName(need)}.${database}`;
}

/** Whether a service wants anything of the server, besides copies. */
export function wantsServer(need: SecretsNeeds): boolean {
  return need.secrets.length + need.transitKeys.length + need.databases.length > 0 || need.certificates;
}

/** What the server has to hold for one service: exactly what it asks for, reachable by its service account alone. */
export function clientState(facts: SecretsFacts, need: SecretsNeeds): Desired[] {
  if (!wantsServer(need)) return [];
  const { kv, transit, database, pki } = facts.mounts;
  const client = clientName(need);
  const allowed: Record<string, readonly string[]> = {
    // What every holder of a token needs to keep it alive, since it does not get the server's default policy.
    'auth/token/lookup-self': ['read'],
    'auth/token/renew-self': ['update'],
    'auth/token/revoke-self': ['update'],
  };
  const objects: Desired[] = [];
  for (const { name, keys, generated, rotation } of need.secrets) {
    const path = secretPath(need, name);
    allowed[`${kv}/data/${path}`] = ['read'];
    if (!generated) continue;
    const rotateAfter = rotation === undefined ? {} : { rotateAfter: durationSeconds(rotation) };
    objects.push({ kind: 'generated', mount: kv, path, keys, ...rotateAfter });
  }
  for (const name of need.transitKeys) {
    const key = transitKey(need, name);
    for (const operation of ['encrypt', 'decrypt', 'rewrap'])
      allowed[`${transit}/${operation}/${key}`] = ['update'];
    objects.push(
      {
        kind: 'once',
        path: `${transit}/keys/${key}`,
        readAt: `${transit}/keys/${key}`,
        body: { type: 'aes256-gcm96' },
      },
      {
        kind: 'entry',
        path: `${transit}/keys/${key}/config`,
        readAt: `${transit}/keys/${key}`,
        // A new version of the key every three months; old ones still decrypt.
        body: { auto_rotate_period: durationSeconds('2160h'), deletion_allowed: false, exportable: false },
      },
    );
  }
  for (const wanted of need.databases) {
    const name = databaseRole(need, wanted.database);
    allowed[`${database}/creds/${name}`] = ['read'];
    // A service may keep its user alive and give it up, by the id that only it was told.
    allowed['sys/leases/renew'] = ['update'];
    allowed['sys/leases/revoke'] = ['update'];
    objects.push({ kind: 'entry', path: `${database}/roles/${name}`, body: userRole(wanted, facts) });
  }
  if (need.certificates) {
    allowed[`${pki}/issue/${client}`] = ['update'];
    objects.push({ kind: 'entry', path: `${pki}/roles/${client}`, body: certificateRole(need) });
  }
  const account = { account: need.serviceAccount, namespace: need.namespace, lifetime: 3600 };
  return [...objects, policy(client, allowed), role(client, account)];
}

/** A user of a database, and how it is taken away so that nothing of it stays. */
function userRole({ database, access }: SecretsNeeds['databases'][number], facts: SecretsFacts) {
  const known = facts.databases.find(({ name }) => name === database);
  if (!known) {
    const names = facts.databases.map(({ name }) => name).join(', ') || 'none';
    throw new RangeError(
      `there is no database "${database}" in capabilities.secrets.databases (there: ${names}); add it there, or correct the name`,
    );
  }
  const { schema } = known;
  const rights = access === 'read' ? 'SELECT' : 'SELECT, INSERT, UPDATE, DELETE';
  const sequences = access === 'read' ? 'SELECT' : 'USAGE, SELECT';
  return {
    db_name: database,
    creation_statements: [
      `CREATE ROLE "{{name}}" WITH LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}'`,
      `GRANT USAGE ON SCHEMA "${schema}" TO "{{name}}"`,
      `GRANT ${rights} ON ALL TABLES IN SCHEMA "${schema}" TO "{{name}}"`,
      `GRANT ${sequences} ON ALL SEQUENCES IN SCHEMA "${schema}" TO "{{name}}"`,
    ],
    revocation_statements: [
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{{name}}'`,
      `REVOKE ALL ON ALL TABLES IN SCHEMA "${schema}" FROM "{{name}}"`,
      `REVOKE ALL ON ALL SEQUENCES IN SCHEMA "${schema}" FROM "{{name}}"`,
      `REVOKE ALL ON SCHEMA "${schema}" FROM "{{name}}"`,
      `DROP ROLE IF EXISTS "{{name}}"`,
    ],
    default_ttl: durationSeconds(facts.databaseUsers.lifetime),
    max_ttl: durationSeconds(facts.databaseUsers.longest),
  };
}

function certificateRole(need: SecretsNeeds) {
  const host = `${need.name}.${need.namespace}.svc`;
  return {
    allowed_domains: [host, `${host}.cluster.local`],
    allow_bare_domains: true,
    allow_subdomains: false,
    allow_localhost: false,
    allow_ip_sans: false,
    key_type: 'ec',
    key_bits: 256,
    max_ttl: durationSeconds('720h'),
  };
}
