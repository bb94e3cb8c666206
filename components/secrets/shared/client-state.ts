import { durationSeconds } from '../../kit/setting-types.ts';
import type { SecretsFacts, SecretsNeeds } from '../capability.ts';
import { clientName } from './names.ts';
import { type Allowed, policy, role } from './platform-state.ts';
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
  const allowed: Record<string, Allowed> = {
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
        body: {
          auto_rotate_period: durationSeconds('2160h'),
          deletion_allowed: false,
          exportable: false,
          allow_plaintext_backup: false,
        },
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
    // An end that is asked for by its date would not be held against the longest life that the role allows.
    allowed[`${pki}/issue/${client}`] = { capabilities: ['update'], without: ['not_after'] };
    objects.push({ kind: 'entry', path: `${pki}/roles/${client}`, body: certificateRole(need) });
  }
  const account = { account: need.serviceAccount, namespace: need.namespace, ...tokenLife(facts, need) };
  return [...objects, policy(client, allowed), role(client, account)];
}

/** Users of databases go with the token by which they were taken, so it lives as long as they do. */
function tokenLife({ databaseUsers }: SecretsFacts, need: SecretsNeeds) {
  const [lifetime, longest] = [3600, 4 * 3600];
  if (need.databases.length === 0) return { lifetime, longest };
  return {
    lifetime: Math.max(lifetime, durationSeconds(databaseUsers.lifetime)),
    longest: Math.max(longest, durationSeconds(databaseUsers.longest)),
  };
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
      // Waited for, up to five seconds: a session that ends takes what is temporary with it, and the role can go.
      `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = '{{name}}'`,
      `REVOKE ALL ON ALL TABLES IN SCHEMA "${schema}" FROM "{{name}}"`,
      `REVOKE ALL ON ALL SEQUENCES IN SCHEMA "${schema}" FROM "{{name}}"`,
      `REVOKE ALL ON SCHEMA "${schema}" FROM "{{name}}"`,
      `DROP ROLE IF EXISTS "{{name}}"`,
    ],
    // The server's own way to renew, and nothing to be done when a user can't be made.
    renew_statements: [],
    rollback_statements: [],
    default_ttl: durationSeconds(facts.databaseUsers.lifetime),
    max_ttl: durationSeconds(facts.databaseUsers.longest),
  };
}

function certificateRole(need: SecretsNeeds) {
  const host = `${need.name}.${need.namespace}.svc`;
  return {
    allowed_domains: [host, `${host}.cluster.local`],
    allow_bare_domains: true,
    // Everything that would let another name in.
    allow_any_name: false,
    allow_glob_domains: false,
    allow_subdomains: false,
    allow_wildcard_certificates: false,
    allow_localhost: false,
    allow_ip_sans: false,
    allow_token_displayname: false,
    allowed_domains_template: false,
    allowed_uri_sans: [],
    allowed_uri_sans_template: false,
    allowed_other_sans: [],
    allowed_serial_numbers: [],
    allowed_user_ids: [],
    cn_validations: ['email', 'hostname'],
    enforce_hostnames: true,
    require_cn: true,
    // For both ends of a connection, and for nothing else.
    server_flag: true,
    client_flag: true,
    code_signing_flag: false,
    email_protection_flag: false,
    ext_key_usage: [],
    ext_key_usage_oids: [],
    key_usage: ['DigitalSignature', 'KeyAgreement', 'KeyEncipherment'],
    basic_constraints_valid_for_non_ca: false,
    key_type: 'ec',
    key_bits: 256,
    ttl: 0,
    max_ttl: durationSeconds('720h'),
    not_after: '',
    not_before_duration: 30,
    // Issued by the newest authority, and kept, so that it can be revoked.
    issuer_ref: 'default',
    no_store: false,
  };
}
