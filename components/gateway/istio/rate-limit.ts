import type { GatewayNeeds } from '../capability.ts';

const windows = { second: 1, minute: 60, hour: 3600 } as const;

/** A bucket of one replica: it holds so many requests, and gets as many again after each interval. */
export interface TokenBucket {
  max_tokens: number;
  tokens_per_fill: number;
  fill_interval: string;
}

/**
 * The share of one replica in a limit. Replicas count for themselves, so each lets an equal part through, rounded up:
 * together the fewest replicas never let through less than was asked for, and less than one request each more.
 */
export function tokenBucket(rate: NonNullable<GatewayNeeds['rate']>, replicas: number): TokenBucket {
  const share = Math.ceil(rate.requests / replicas);
  return { max_tokens: share, tokens_per_fill: share, fill_interval: `${windows[rate.per]}s` };
}

const filterName = 'envoy.filters.http.local_ratelimit';
const typeUrl = 'type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit';

function filterConfiguration(bucket?: TokenBucket): object {
  const whole = { numerator: 100, denominator: 'HUNDRED' };
  return {
    '@type': typeUrl,
    stat_prefix: 'route_rate_limit',
    ...(bucket
      ? {
          token_bucket: bucket,
          filter_enabled: { runtime_key: 'route_rate_limit_enabled', default_value: whole },
          filter_enforced: { runtime_key: 'route_rate_limit_enforced', default_value: whole },
        }
      : {}),
  };
}

/** Puts the filter that limits into the gateway. It limits nothing until a route says how much. */
export const limitingFilter = {
  applyTo: 'HTTP_FILTER',
  match: {
    context: 'GATEWAY',
    listener: {
      filterChain: {
        filter: {
          name: 'envoy.filters.network.http_connection_manager',
          subFilter: { name: 'envoy.filters.http.router' },
        },
      },
    },
  },
  patch: { operation: 'INSERT_BEFORE', value: { name: filterName, typed_config: filterConfiguration() } },
};

/** Limits the first rule of one route. Istio calls it by namespace, route and the rule's number. */
export function routeLimit(namespace: string, route: string, bucket: TokenBucket): object {
  return {
    applyTo: 'HTTP_ROUTE',
    match: {
      context: 'GATEWAY',
      routeConfiguration: { vhost: { route: { name: `${namespace}.${route}.0` } } },
    },
    patch: {
      operation: 'MERGE',
      value: { typed_per_filter_config: { [filterName]: filterConfiguration(bucket) } },
    },
  };
}
