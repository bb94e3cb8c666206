import type { ServiceContract } from '../generated/types.ts';
import type { ParsedContract } from './contract.ts';

/** Fills in the defaults that follow from other fields. */
export function resolveDefaults(parsed: ParsedContract): ServiceContract {
  const clearance = parsed.data.clearance ?? parsed.data.classification;
  const classified = <Item extends { classification?: ParsedContract['data']['classification'] }>(
    item: Item,
  ) => ({
    ...item,
    classification: item.classification ?? clearance,
  });
  const { http, grpc, graphql } = parsed.apis;
  return {
    ...parsed,
    apis: {
      ...(http && { http: classified(http) }),
      ...(grpc && { grpc: classified(grpc) }),
      ...(graphql && { graphql: classified(graphql) }),
    },
    calls: parsed.calls.map(classified),
    publishes: parsed.publishes.map(classified),
    consumes: parsed.consumes.map((subscription) => ({
      ...subscription,
      group: subscription.group ?? parsed.name,
    })),
    queues: parsed.queues.map(classified),
    data: { ...parsed.data, clearance },
    cost: { owner: parsed.cost.owner ?? parsed.team },
  };
}
