import type { Violation } from '../../kit/violation.ts';
import type { GatewayFacts, GatewayNeeds } from '../capability.ts';

/** What a route needs and the gateway can't give. It is never left open instead. */
export function checkNeed(facts: GatewayFacts, need: GatewayNeeds): Violation[] {
  const violations: Violation[] = [];
  if (need.audience !== undefined && facts.issuer === null) {
    violations.push({
      path: 'audience',
      problem: 'the route asks for tokens, but nobody issues any',
      value: need.audience,
      fix: 'set capabilities.gateway.issuer, or leave the audience out',
    });
  }
  if (!need.login) return violations;
  if (need.audience === undefined) {
    violations.push({
      path: 'login',
      problem: 'people would log in for a route that needs no token',
      fix: 'say by audience whom their tokens must be meant for, or leave login out',
    });
  }
  if (facts.login === null) {
    violations.push({
      path: 'login',
      problem: 'the gateway knows nobody with whom people could log in',
      fix: 'set capabilities.gateway.login, or leave login out',
    });
  } else if (need.path === facts.login.path || need.path.startsWith(`${facts.login.path}/`)) {
    violations.push({
      path: 'path',
      problem: 'the pages of the login are there',
      value: need.path,
      allowed: `any path but ${facts.login.path} and those below it`,
      fix: 'choose another path, or set capabilities.gateway.login.path',
    });
  }
  return violations;
}
