import type { ServiceContract } from '@ninefold/toolkit/contract';
import { type HttpClient, httpClient } from '@ninefold/toolkit/http';
import type { Observability } from './observability.ts';

/**
 * A client for a service that the contract lets this one call: with the deadline and the retries that stand there, so
 * that they stand nowhere else.
 *
 * @throws Error when the contract has no such call.
 */
export function clientOf(
  contract: ServiceContract,
  service: string,
  baseUrl: string,
  { resilience, httpClient: observer }: Observability,
): HttpClient {
  const call = contract.calls.find((granted) => granted.service === service);
  if (call === undefined) throw new Error(`the contract of ${contract.name} has no call to ${service}`);
  return httpClient({
    service,
    baseUrl,
    timeout: call.deadline.milliseconds,
    retries: call.retries,
    registry: resilience,
    observers: [observer],
  });
}
