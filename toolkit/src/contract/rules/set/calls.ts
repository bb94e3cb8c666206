import { nearest } from '../../violation.ts';
import type { SetRule } from '../rule.ts';

/** A call goes to a service, an API and an operation that exist. */
export const callsLeadSomewhere: SetRule = function* (contracts) {
  for (const { owner: about, index, item: call } of contracts.calls) {
    const callee = contracts.byName.get(call.service);
    if (callee === undefined) {
      if (contracts.mayExist(call.service)) continue;
      const names = [...contracts.byName.keys()].filter((name) => name !== about.contract.name);
      const meant = nearest(call.service, names);
      yield {
        about,
        rule: 'unknown-service',
        path: ['calls', index, 'service'],
        problem: 'is the name of no contract',
        allowed: names.join(', ') || 'no other service has a contract here',
        fix: meant === undefined ? 'Add its contract, or correct the name.' : `Write ${meant}.`,
      };
      continue;
    }
    if (callee.contract.apis[call.api] === undefined) {
      const kinds = Object.keys(callee.contract.apis);
      yield {
        about,
        rule: 'unknown-api',
        path: ['calls', index, 'api'],
        problem: `is no API of ${call.service}`,
        allowed: kinds.join(', ') || `none: ${call.service} has no API`,
        fix: kinds.length === 0 ? `Add an API to ${call.service}, or remove the call.` : `Write ${kinds[0]}.`,
      };
      continue;
    }
    const operations = callee.references.operations[call.api];
    if (operations === undefined) continue;
    for (const [position, operation] of call.operations.entries()) {
      if (operations.has(operation)) continue;
      const meant = nearest(operation, operations.keys());
      yield {
        about,
        rule: 'unknown-operation',
        path: ['calls', index, 'operations', position],
        problem: `is no operation of the ${call.api} API of ${call.service}`,
        allowed: [...operations.keys()].join(', ') || 'none: its file has no operation',
        fix: meant === undefined ? `Add it to ${call.service}, or remove it here.` : `Write ${meant}.`,
      };
    }
  }
};

/** A caller waits at least as long as the callee may take by its own objective. */
export const deadlinesFitObjectives: SetRule = function* (contracts) {
  for (const { owner: about, index, item: call } of contracts.calls) {
    const latency = contracts.byName.get(call.service)?.contract.objectives.latency;
    if (latency === undefined || call.deadline.milliseconds >= latency.below.milliseconds) continue;
    yield {
      about,
      rule: 'deadline-below-objective',
      path: ['calls', index, 'deadline'],
      problem: `is shorter than ${call.service} may take by its own objective, ${latency.below.text}`,
      allowed: `at least ${latency.below.text}`,
      fix: `Write ${latency.below.text} or more, or tighten objectives.latency of ${call.service}.`,
    };
  }
};

/** Only what does no harm when it is done twice is retried. */
export const retriesAreHarmless: SetRule = function* (contracts) {
  for (const { owner: about, index, item: call } of contracts.calls) {
    if (call.retries === 0) continue;
    const operations = contracts.byName.get(call.service)?.references.operations[call.api];
    const unsafe = call.operations.filter((operation) => operations?.get(operation)?.repeatable === false);
    if (unsafe.length === 0) continue;
    yield {
      about,
      rule: 'unsafe-retry',
      path: ['calls', index, 'retries'],
      problem: `repeats ${unsafe.join(', ')}, which may then happen twice`,
      allowed:
        '0, or operations that may be repeated: not POST or PATCH without an Idempotency-Key header, gRPC methods with an idempotency_level, GraphQL queries',
      fix: `Write 0, put them into a call of their own, or let ${call.service} take an idempotency key.`,
    };
  }
};
