import type { ServiceContract } from '@ninefold/toolkit/contract';

/**
 * The order in which services start: each rank once those before it are ready, since it calls only them. Of contracts
 * that were checked as a set, so no calls lead in a circle.
 */
export function startOrder(contracts: readonly Pick<ServiceContract, 'name' | 'calls'>[]): string[][] {
  const ranks: string[][] = [];
  let waiting = contracts;
  while (waiting.length > 0) {
    const started = new Set(ranks.flat());
    const rank = waiting.filter(({ calls }) => calls.every(({ service }) => started.has(service)));
    if (rank.length === 0)
      throw new Error(`calls lead in a circle: ${waiting.map(({ name }) => name).join(', ')}`);
    ranks.push(rank.map(({ name }) => name));
    waiting = waiting.filter((contract) => !rank.includes(contract));
  }
  return ranks;
}
