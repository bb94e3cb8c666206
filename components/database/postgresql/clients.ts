import type { Binding } from '../../kit/binding.ts';
import { quantityValue } from '../../kit/quantity.ts';
import type { Scope } from '../../kit/scope.ts';
import { durationSeconds } from '../../kit/setting-types.ts';
import { InvalidInputError, type Violation } from '../../kit/violation.ts';
import type { DatabaseFacts, DatabaseNeeds } from '../capability.ts';
import { membershipsOf, namesOf } from './access.ts';
import { postgresqlKinds } from './kinds.ts';
import type { DatabaseRoleSpec, DatabaseSpec } from './operands.ts';

const mountPath = '/var/run/secrets/ninefold.dev/database';

/**
 * Grants one client what it needs: a role, a certificate that names the role, issued in the client's own namespace,
 * and for an owner the database with the role whose members may connect to it.
 * @throws InvalidInputError when the client needs more than the cluster can promise.
 */
export function bindClient(scope: Scope<unknown>, facts: DatabaseFacts, need: DatabaseNeeds): Binding {
  const violations = checkNeed(facts, need, scope.plan.environment.cluster.kind === 'lab');
  if (violations.length > 0) {
    throw new InvalidInputError(`the database of ${need.client}.${need.namespace}`, violations);
  }
  const { role, database } = namesOf(need);
  const certificate = scope.request('certificates', {
    name: `${need.client}-database`,
    namespace: need.namespace,
    commonName: role,
    usages: ['client'],
    mountPath,
    authority: facts.authority,
  });
  const at = targetOf(facts, need);
  return {
    environment: {
      PGHOST: at.host,
      PGPORT: `${facts.port}`,
      PGDATABASE: database,
      PGUSER: role,
      PGSSLMODE: 'verify-full',
      PGSSLCERT: `${mountPath}/tls.crt`,
      PGSSLKEY: `${mountPath}/tls.key`,
      PGSSLROOTCERT: `${mountPath}/ca.crt`,
    },
    secrets: certificate.secrets,
    egress: [{ namespace: facts.namespace, podLabels: at.podLabels, ports: [facts.port] }],
    grantedBy: [...emitGrants(scope, facts, need), ...certificate.grantedBy],
  };
}

/** Where a client connects: whoever only reads, away from the instance that writes. */
function targetOf(facts: DatabaseFacts, need: DatabaseNeeds) {
  if (need.pooled && facts.pooled) return facts.pooled;
  return need.access === 'read-only' ? facts.readOnly : facts.readWrite;
}

/**
 * The order makes that on the way down the database goes first, then its owner, then the role of those that may
 * connect; each has finalizers that the operator clears.
 */
function emitGrants(scope: Scope<unknown>, facts: DatabaseFacts, need: DatabaseNeeds) {
  const { role, database, databaseObject, connectObject } = namesOf(need);
  const owns = need.access === 'owner';
  const reclaim = scope.plan.environment.protection ? 'retain' : 'delete';
  // A role or database can't move to another cluster, so objects are called after theirs too.
  const inCluster = (name: string) => ({ name: `${facts.cluster}.${name}`, namespace: facts.namespace });
  const cluster = { name: facts.cluster };
  const ready = { readyWhen: 'jsonpath={.status.applied}=true' };

  const connectSpec: DatabaseRoleSpec = {
    cluster,
    name: database,
    comment: `Members may connect to the database ${database}.`,
    login: false,
    disablePassword: true,
    databaseRoleReclaimPolicy: reclaim,
  };
  const connect = owns
    ? [
        scope.custom(
          `connect-${facts.cluster}-${databaseObject}`,
          postgresqlKinds.DatabaseRole,
          { metadata: inCluster(connectObject), spec: connectSpec },
          ready,
        ),
      ]
    : [];
  const roleSpec: DatabaseRoleSpec = {
    cluster,
    name: role,
    comment: `${need.client} in ${need.namespace}, ${need.access} of ${database}.`,
    login: true,
    inherit: true,
    disablePassword: true,
    connectionLimit: need.connections,
    inRoles: membershipsOf(need.access, database),
    databaseRoleReclaimPolicy: reclaim,
  };
  const login = scope.custom(
    `role-${facts.cluster}-${role}`,
    postgresqlKinds.DatabaseRole,
    { metadata: inCluster(role), spec: roleSpec },
    { ...ready, ...(connect.length > 0 ? { dependsOn: connect } : {}) },
  );
  if (!owns) return [login];
  const databaseSpec: DatabaseSpec = {
    cluster,
    name: database,
    owner: role,
    connectionLimit: -1,
    ...(need.extensions.length > 0 ? { extensions: need.extensions.map((name) => ({ name })) } : {}),
    databaseReclaimPolicy: reclaim,
  };
  const made = scope.custom(
    `database-${facts.cluster}-${databaseObject}`,
    postgresqlKinds.Database,
    { metadata: inCluster(databaseObject), spec: databaseSpec },
    {
      ...ready,
      dependsOn: [...connect, login],
      holdsData: `the data of ${role} in the database ${database}`,
    },
  );
  return [...connect, login, made];
}

/** What a client needs and the cluster can't promise. In the lab there is no data, so nothing of it can be lost. */
export function checkNeed(facts: DatabaseFacts, need: DatabaseNeeds, lab: boolean): Violation[] {
  const violations: Violation[] = [];
  for (const [index, extension] of need.extensions.entries()) {
    if (facts.extensions.includes(extension)) continue;
    violations.push({
      path: `extensions.${index}`,
      problem: 'no such extension can be asked for',
      value: extension,
      allowed: facts.extensions.join(', '),
      fix: 'leave it out, or add it to capabilities.database.extensions if the image holds it',
    });
  }
  if (need.extensions.length > 0 && need.access !== 'owner') {
    violations.push({
      path: 'extensions',
      problem: 'only the owner of a database says which extensions it has',
      value: need.extensions,
      fix: 'ask the owner for it',
    });
  }
  if (need.connections > facts.connections) {
    violations.push({
      path: 'connections',
      problem: 'the cluster has fewer connections for all clients together',
      value: need.connections,
      allowed: `at most ${facts.connections}`,
      fix: 'lower connections, use the pool, or raise capabilities.database.connections',
    });
  }
  if (need.storage && quantityValue(need.storage) > quantityValue(facts.storage)) {
    violations.push({
      path: 'storage',
      problem: 'the cluster has less disk for all databases together',
      value: need.storage,
      allowed: `at most ${facts.storage}`,
      fix: 'lower storage, or raise capabilities.database.storage',
    });
  }
  return lab ? violations : [...violations, ...checkBackup(facts, need)];
}

function checkBackup({ backup }: DatabaseFacts, need: DatabaseNeeds): Violation[] {
  if (!need.backup) return [];
  if (!backup) {
    return [
      {
        path: 'backup',
        problem: 'the cluster has no backups, so a loss costs everything',
        value: need.backup,
        fix: 'give capabilities.database.backup a destination',
      },
    ];
  }
  const promises = [
    ['recoveryPoint', 'more than that may be lost'],
    ['recoveryTime', 'a recovery takes longer'],
  ] as const;
  return promises
    .filter(([part]) => durationSeconds(need.backup?.[part] ?? '0s') < durationSeconds(backup[part]))
    .map(([part, problem]) => ({
      path: `backup.${part}`,
      problem,
      value: need.backup?.[part],
      allowed: `at least ${backup[part]}`,
      fix: 'accept it, or give the service a cluster of its own',
    }));
}
