import type { Manifest } from '../../../kit/manifest.ts';
import type { DatabaseRoleSpec, DatabaseSpec } from '../operands.ts';

/** The statements by which CloudNativePG brings roles and databases about, in the order of the objects. */
export function statementsOf(objects: readonly Manifest[]): { database?: string; statement: string }[] {
  return objects.flatMap(({ kind, spec }) => {
    if (kind === 'DatabaseRole') return roleStatements(spec as DatabaseRoleSpec);
    if (kind === 'Database') return databaseStatements(spec as DatabaseSpec);
    return [];
  });
}

function roleStatements(role: DatabaseRoleSpec) {
  const attributes = [
    role.login ? 'LOGIN' : 'NOLOGIN',
    role.inherit === false ? 'NOINHERIT' : 'INHERIT',
    `CONNECTION LIMIT ${role.connectionLimit ?? -1}`,
    'PASSWORD NULL',
  ];
  const memberships = (role.inRoles ?? []).map((one) => `GRANT ${quoted(one)} TO ${quoted(role.name)}`);
  return [`CREATE ROLE ${quoted(role.name)} ${attributes.join(' ')}`, ...memberships].map((statement) => ({
    statement,
  }));
}

function databaseStatements({ name, owner, connectionLimit, extensions = [] }: DatabaseSpec) {
  const made = `CREATE DATABASE ${quoted(name)} OWNER ${quoted(owner)} CONNECTION LIMIT ${connectionLimit}`;
  return [
    { statement: made },
    ...extensions.map((one) => ({
      database: name,
      statement: `CREATE EXTENSION IF NOT EXISTS ${quoted(one.name)}`,
    })),
  ];
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
