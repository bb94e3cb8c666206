import type { SetRule } from '../rule.ts';
import { callsAreAcyclic, retriesStayFew } from './call-graph.ts';
import { callsLeadSomewhere, deadlinesFitObjectives, retriesAreHarmless } from './calls.ts';
import { receiversAreCleared } from './clearance.ts';
import { namesAreUnique, routesAreUnique } from './names.ts';
import { queuesHaveBothEnds } from './queues.ts';
import { consumersCanRead, groupsAreOwn, producersAgree, topicsHaveProducers } from './topics.ts';

/** What contracts must keep between them. */
export const setRules: readonly SetRule[] = [
  callsAreAcyclic,
  callsLeadSomewhere,
  consumersCanRead,
  deadlinesFitObjectives,
  groupsAreOwn,
  namesAreUnique,
  producersAgree,
  queuesHaveBothEnds,
  receiversAreCleared,
  retriesAreHarmless,
  retriesStayFew,
  routesAreUnique,
  topicsHaveProducers,
];
