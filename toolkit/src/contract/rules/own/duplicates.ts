import type { ServiceContract } from '../../generated/types.ts';
import type { Finding, Path } from '../../violation.ts';
import type { OwnRule } from '../rule.ts';

/** Names the second and every further item with the same key. */
function* repeated<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  pathOf: (index: number) => Path,
  what: string,
): Iterable<Finding> {
  const first = new Map<string, number>();
  for (const [index, item] of items.entries()) {
    const key = keyOf(item);
    const earlier = first.get(key);
    if (earlier === undefined) first.set(key, index);
    else {
      yield {
        rule: 'duplicate',
        path: pathOf(index),
        problem: `is given twice; ${what} ${key} is already the entry ${earlier}`,
        allowed: `each ${what} once`,
        fix: 'Remove one of the two, or rename it.',
      };
    }
  }
}

/** A list that names things names each of them once. */
export const namesAreUnique: OwnRule = {
  reads: ['name', 'calls', 'egress', 'publishes', 'consumes', 'queues', 'buckets', 'secrets'],
  *check(contract: ServiceContract) {
    for (const section of ['queues', 'buckets', 'secrets'] as const) {
      yield* repeated<{ name: string }>(
        contract[section],
        (item) => item.name,
        (index) => [section, index, 'name'],
        section.slice(0, -1),
      );
    }
    yield* repeated(
      contract.publishes,
      (item) => item.topic,
      (index) => ['publishes', index, 'topic'],
      'topic',
    );
    yield* repeated(
      contract.consumes,
      (item) => `${item.topic} for group ${item.group}`,
      (index) => ['consumes', index, 'topic'],
      'topic',
    );
    yield* repeated(
      contract.egress,
      (item) => `${item.host}:${item.port}`,
      (index) => ['egress', index, 'host'],
      'destination',
    );
    const operations = contract.calls.flatMap((call, index) =>
      call.operations.map((operation, position) => ({ call, index, operation, position })),
    );
    const byCall = new Set<string>();
    for (const { call, index, operation, position } of operations) {
      const key = `${call.service} ${call.api} ${operation}`;
      const repeatedInOneCall = call.operations.indexOf(operation) < position;
      if (byCall.has(key) && !repeatedInOneCall) {
        yield {
          rule: 'duplicate',
          path: ['calls', index, 'operations', position],
          problem: `is listed in two calls to ${call.service}`,
          allowed: 'each operation in one call, so that one deadline counts',
          fix: 'Remove one of the two.',
        };
      }
      byCall.add(key);
    }
  },
};

/** A port has one listener; APIs may share one, since one server can serve them all. */
export const portsAreUnique: OwnRule = {
  reads: ['apis', 'ports', 'management'],
  *check({ apis, ports, management }) {
    const taken = new Map<number, string>();
    for (const [kind, api] of Object.entries(apis)) {
      if (api) taken.set(api.port, `apis.${kind}`);
    }
    const others: { path: Path; port: number; user: string }[] = [
      { path: ['management', 'port'], port: management.port, user: 'management' },
      ...Object.entries(ports).map(([name, { port }]) => ({
        path: ['ports', name, 'port'],
        port,
        user: `ports.${name}`,
      })),
    ];
    for (const { path, port, user } of others) {
      const holder = taken.get(port);
      if (holder === undefined) taken.set(port, user);
      else {
        yield {
          rule: 'port-taken',
          path,
          problem: `is already the port of ${holder}`,
          allowed: 'a port that nothing else of the service uses',
          fix: 'Choose another port.',
        };
      }
    }
  },
};
