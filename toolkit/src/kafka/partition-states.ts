import type { PartitionState } from './driver.ts';

/** What is known of partitions, put together from offsets by partition; where nothing was sent, both ends are 0. */
export function partitionStatesOf(
  partitions: readonly number[],
  offsets: {
    readonly earliest: ReadonlyMap<number, number>;
    readonly latest: ReadonlyMap<number, number>;
    readonly committed: ReadonlyMap<number, number>;
  },
): Map<number, PartitionState> {
  const { earliest, latest, committed } = offsets;
  return new Map(
    partitions.map((partition) => [
      partition,
      {
        earliest: earliest.get(partition) ?? 0,
        latest: latest.get(partition) ?? 0,
        committed: committed.get(partition),
      },
    ]),
  );
}
