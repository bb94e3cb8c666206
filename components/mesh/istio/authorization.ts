import type { MeshFacts, MeshService } from '../capability.ts';
import { principal } from './principals.ts';

/** One rule of a policy that allows: from these, to do that. */
export interface AllowRule {
  from: readonly [{ source: { principals: readonly string[] } }];
  to: readonly {
    operation: { ports: readonly string[]; methods?: readonly string[]; paths?: readonly string[] };
  }[];
}

/**
 * Who may do what to a service, as rules. Whoever proxies for the service sees its `port`; whoever stands before
 * its pods sees their `targetPort`. Nobody is allowed by an empty list. Methods and paths are those of HTTP, so a
 * caller that is held to some gets only ports that speak it.
 */
export function allowRules(facts: MeshFacts, service: MeshService, side: 'port' | 'targetPort'): AllowRule[] {
  return [...service.callers]
    .map((caller) => ({ caller, name: principal(facts, caller) }))
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .flatMap(({ caller, name }): AllowRule[] => {
      const granted = service.ports.filter(({ port }) => caller.ports?.includes(port) ?? true);
      const operations = caller.operations ?? [{}];
      const to = operations.flatMap((operation) => {
        const held = operation.methods !== undefined || operation.paths !== undefined;
        const usable = held ? granted.filter(({ protocol }) => protocol !== 'tcp') : granted;
        const ports = [...new Set(usable.map((one) => one[side]))].sort((a, b) => a - b).map(String);
        if (ports.length === 0) return [];
        const { methods, paths } = operation;
        return [
          {
            operation: {
              ports,
              ...(methods ? { methods: [...new Set(methods)].sort() } : {}),
              ...(paths ? { paths: [...new Set(paths)].sort() } : {}),
            },
          },
        ];
      });
      return to.length === 0 ? [] : [{ from: [{ source: { principals: [name] } }], to }];
    });
}
