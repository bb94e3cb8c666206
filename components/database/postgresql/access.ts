import type { DatabaseAccess, DatabaseNeeds } from '../capability.ts';

/** Who may connect to which database as whom. Pure. */

/** Role of everybody who is a client. Nobody logs in as it. */
export const clientsRole = 'ninefold_clients';

/** Role as which the pool asks who is a client. */
export const poolerRole = 'ninefold_pooler';

/** Map of names in certificates to roles. */
const identityMap = 'ninefold';

/** Names of what a client needs. */
export interface ClientNames {
  /** Its role, and the common name of its certificate: `<client>.<namespace>`. */
  role: string;
  /**
   * The database, and the role whose members may connect to it: `<namespace>_<database>`. Both parts are DNS labels,
   * which have neither dot nor underscore; so no role of a client is called like a database, and no two databases
   * are called alike.
   */
  database: string;
  /** Object of the database. */
  databaseObject: string;
  /** Object of the role whose members may connect. */
  connectObject: string;
}

/** The names of what a client needs. */
export function namesOf(need: DatabaseNeeds): ClientNames {
  const { client, namespace, database, databaseNamespace: owner = namespace } = need;
  return {
    role: `${client}.${namespace}`,
    database: `${owner}_${database}`,
    databaseObject: `${database}.${owner}`,
    connectObject: `connect.${database}.${owner}`,
  };
}

/**
 * The roles that a client is a member of. The two of PostgreSQL's own reach everything in a database, and a client
 * reaches only the databases whose roles it is a member of.
 */
export function membershipsOf(access: DatabaseAccess, database: string): readonly string[] {
  const rights: Readonly<Record<DatabaseAccess, readonly string[]>> = {
    owner: [],
    'read-write': ['pg_read_all_data', 'pg_write_all_data'],
    'read-only': ['pg_read_all_data'],
  };
  return [clientsRole, database, ...rights[access]];
}

/**
 * Lines of `pg_hba.conf`, between the operator's own (local connections and replication) and its last one, which
 * would take a password from anybody and is therefore never reached.
 *
 * A client is let into databases only whose role it is a member of, with TLS, and with a certificate of the
 * authority for databases that the map accepts for its role.
 */
export function hostRules(pooled: boolean): readonly string[] {
  return [
    ...(pooled ? [`hostssl postgres ${poolerRole} all cert`] : []),
    `hostssl samerole +${clientsRole} all cert map=${identityMap}`,
    'host all all all reject',
  ];
}

/**
 * Lines of `pg_ident.conf`: a certificate is good for the role that it names. That of the pool is good for every
 * client, since the pool has seen the client's own before; and for nobody who is not a client.
 */
export function identityRules(pooled: boolean): readonly string[] {
  return [`${identityMap} /^(.*)$ \\1`, ...(pooled ? [`${identityMap} ${poolerRole} +${clientsRole}`] : [])];
}

/** Line of the pool's own `pg_hba.conf`: a client shows the certificate that names its role. */
export const poolerHostRules = ['0.0.0.0/0', '::/0'].map((range) => `hostssl all all ${range} cert`);

/** How the pool asks whether somebody is a client. */
export const poolerQuery = 'SELECT usename, passwd FROM public.user_search($1)';

/**
 * What a new cluster is given before anybody comes: the role of clients, the pool's role, and the function by which
 * the pool asks who is a client. Unlike what CloudNativePG would make, it never gives away a password's hash, because
 * nobody has a password.
 */
export const initialStatements: readonly string[] = [
  `CREATE ROLE ${clientsRole} NOLOGIN`,
  `CREATE ROLE ${poolerRole} LOGIN`,
  `CREATE FUNCTION public.user_search(uname text) RETURNS TABLE (usename name, passwd text)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS
$$ SELECT r.rolname, NULL::text FROM pg_roles r JOIN pg_roles c ON c.rolname = '${clientsRole}'
WHERE r.rolname = uname AND r.rolcanlogin AND pg_has_role(r.oid, c.oid, 'MEMBER') AND NOT r.rolsuper $$`,
  'REVOKE ALL ON FUNCTION public.user_search(text) FROM PUBLIC',
  `GRANT EXECUTE ON FUNCTION public.user_search(text) TO ${poolerRole}`,
];
