/** Works out the access rules of a Kafka user: exactly what it was granted, and nothing else. Pure. */

/** A resource of Kafka, by its whole name or by how its name begins. */
export interface AclResource {
  type: 'topic' | 'group' | 'transactionalId';
  name: string;
  patternType: 'literal' | 'prefix';
}

export type AclOperation = 'DescribeConfigs' | 'Read' | 'Write';

/** One rule: these operations on this resource are allowed. */
export interface AclRule {
  type: 'allow';
  resource: AclResource;
  operations: readonly AclOperation[];
}

/** A consumer group by its name, or all groups whose names begin so. */
export type GroupPattern = string | { prefix: string };

/** What a user may do. */
export interface Access {
  publishes: readonly string[];
  consumes: readonly { topic: string; group: GroupPattern }[];
  /** Beginning of the transactional ids that it may use. Left out: no transactions. */
  transactions?: string | undefined;
  /** Topics whose configuration it may read. */
  inspects?: readonly string[];
}

/**
 * The rules for an access, one for each resource, in a fixed order whatever the order of the access.
 *
 * Reading and writing include describing. An idempotent producer needs no right on the cluster: since Kafka 2.8
 * the right to write some topic is enough.
 */
export function planAcls(access: Access): readonly AclRule[] {
  const grants: [AclResource, AclOperation][] = [
    ...access.publishes.map((name) => grant('topic', name, 'Write')),
    ...access.consumes.flatMap(({ topic, group }) => [
      grant('topic', topic, 'Read'),
      grant('group', group, 'Read'),
    ]),
    ...(access.inspects ?? []).map((name) => grant('topic', name, 'DescribeConfigs')),
    ...(access.transactions === undefined
      ? []
      : [grant('transactionalId', { prefix: access.transactions }, 'Write')]),
  ];
  const byResource = new Map<string, { resource: AclResource; operations: Set<AclOperation> }>();
  for (const [resource, operation] of grants) {
    const key = `${resource.type} ${resource.name} ${resource.patternType}`;
    const known = byResource.get(key) ?? { resource, operations: new Set() };
    byResource.set(key, { resource, operations: known.operations.add(operation) });
  }
  return [...byResource.entries()]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, { resource, operations }]) => ({ type: 'allow', resource, operations: [...operations].sort() }));
}

function grant(
  type: AclResource['type'],
  pattern: GroupPattern,
  operation: AclOperation,
): [AclResource, AclOperation] {
  const resource: AclResource =
    typeof pattern === 'string'
      ? { type, name: pattern, patternType: 'literal' }
      : { type, name: pattern.prefix, patternType: 'prefix' };
  return [resource, operation];
}
