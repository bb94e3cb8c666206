import type { Call } from '../../generated/types.ts';
import type { LoadedContract } from '../../references.ts';
import type { ContractIndex } from '../contract-index.ts';
import type { SetRule } from '../rule.ts';

/** Services that wait for each other in a circle can exhaust each other, and none can be started first. */
export const callsAreAcyclic: SetRule = function* (contracts) {
  for (const component of components(contracts)) {
    const cycle = shortestCycle(component, contracts);
    const [first, second] = cycle;
    if (first === undefined || second === undefined) continue;
    const index = first.contract.calls.findIndex(({ service }) => service === second.contract.name);
    const names = [...cycle, first].map(({ contract }) => contract.name);
    yield {
      about: first,
      rule: 'call-cycle',
      path: ['calls', index, 'service'],
      problem: `closes a circle of calls: ${names.join(' → ')}`,
      allowed: 'calls that lead away from the caller',
      fix: 'Turn one of these calls into a topic, or move what is shared into a service of its own.',
    };
  }
};

/** Retries multiply along a path: every caller repeats what those after it repeat. */
export const retriesStayFew: SetRule = function* (contracts) {
  const limit = contracts.options.maximumAttempts ?? 8;
  /** The most attempts that one request at the start of a path becomes at a service, and by which path. */
  const worst = new Map<string, { attempts: number; path: string }>();
  for (const caller of inCallOrder(contracts)) {
    const { name, calls } = caller.contract;
    const here = worst.get(name) ?? { attempts: 1, path: name };
    if (here.attempts > limit) continue;
    for (const [index, call] of calls.entries()) {
      const attempts = here.attempts * (1 + call.retries);
      const path = `${here.path} → ${call.service}`;
      if (attempts > limit) {
        yield {
          about: caller,
          rule: 'retry-product',
          path: ['calls', index, 'retries'],
          problem: `makes up to ${attempts} attempts of one request along ${path}`,
          allowed: `at most ${limit} attempts along a path`,
          fix: 'Retry at one place of the path only, nearest to where it fails.',
        };
      } else if (attempts > (worst.get(call.service)?.attempts ?? 0)) {
        worst.set(call.service, { attempts, path });
      }
    }
  }
};

function calleesOf(loaded: LoadedContract, contracts: ContractIndex): LoadedContract[] {
  const names = new Set(loaded.contract.calls.map(({ service }: Call) => service));
  names.delete(loaded.contract.name);
  return [...names].flatMap((name) => contracts.byName.get(name) ?? []);
}

/** Callers before callees; services in circles are left out, the circle is told elsewhere. */
function inCallOrder(contracts: ContractIndex): LoadedContract[] {
  const services = [...contracts.byName.values()];
  const waiting = new Map(services.map((service) => [service, 0]));
  for (const service of services) {
    for (const callee of calleesOf(service, contracts)) waiting.set(callee, (waiting.get(callee) ?? 0) + 1);
  }
  const ready = services.filter((service) => waiting.get(service) === 0);
  for (const service of ready) {
    for (const callee of calleesOf(service, contracts)) {
      const left = (waiting.get(callee) ?? 0) - 1;
      waiting.set(callee, left);
      if (left === 0) ready.push(callee);
    }
  }
  return ready;
}

/** Groups of several services that all reach each other (Tarjan's strongly connected components). */
function components(contracts: ContractIndex): LoadedContract[][] {
  const found: LoadedContract[][] = [];
  const order = new Map<LoadedContract, number>();
  const lowest = new Map<LoadedContract, number>();
  const stack: LoadedContract[] = [];
  const visit = (service: LoadedContract): number => {
    const number = order.size;
    order.set(service, number);
    let low = number;
    stack.push(service);
    for (const callee of calleesOf(service, contracts)) {
      const known = order.get(callee);
      if (known === undefined) low = Math.min(low, visit(callee));
      else if (stack.includes(callee)) low = Math.min(low, known);
    }
    lowest.set(service, low);
    if (low === number) {
      const members = stack.splice(stack.indexOf(service));
      if (members.length > 1) found.push(members);
    }
    return low;
  };
  for (const service of contracts.byName.values()) {
    if (!order.has(service)) visit(service);
  }
  return found;
}

/** A shortest circle through the first service of a component, by name. */
function shortestCycle(component: readonly LoadedContract[], contracts: ContractIndex): LoadedContract[] {
  const start = contracts.contracts.find((service) => component.includes(service));
  if (start === undefined) return [];
  const paths: LoadedContract[][] = [[start]];
  const seen = new Set<LoadedContract>();
  for (const path of paths) {
    const last: LoadedContract = path.at(-1) ?? start;
    for (const callee of calleesOf(last, contracts)) {
      if (callee === start) return path;
      if (!component.includes(callee) || seen.has(callee)) continue;
      seen.add(callee);
      paths.push([...path, callee]);
    }
  }
  return [];
}
