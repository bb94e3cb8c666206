import { planContext } from '../../components/kit/plan-context.ts';
import { implementationOf } from '../../components/kit/registry.ts';
import { registry } from '../../components/registry.ts';
import type { Judged } from './environments.ts';

/** What the implementation of each capability declares for this environment. */
export function declarations({ plan }: Judged) {
  return plan.capabilities.map((planned) => {
    const implementation = implementationOf(registry, planned.capability, planned.implementation);
    const context = planContext(plan.environment, planned.settings);
    return {
      capability: planned.capability,
      namespaces: planned.namespaces,
      listeners: implementation.listeners(context),
      exceptions: implementation.exceptions(context),
    };
  });
}

/** What is declared under one rule, whoever declares it. */
export function exceptionsFor(judged: Judged, rule: string) {
  return declarations(judged).flatMap(({ exceptions }) => exceptions.filter((one) => one.rule === rule));
}
