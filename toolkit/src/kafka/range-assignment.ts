import { partitionKey, type TopicPartition } from './driver.ts';

/**
 * Gives out partitions as Kafka's range assignor does: of each topic, members in the order of their ids get
 * neighbouring partitions, the first ones one more where they don't come out even. So partition n of topics with the
 * same number of partitions and the same members goes to the same member.
 */
export function assignByRange(
  members: ReadonlyMap<string, readonly string[]>,
  partitionCounts: ReadonlyMap<string, number>,
): Map<string, TopicPartition[]> {
  const ids = [...members.keys()].sort();
  const assignment = new Map<string, TopicPartition[]>(ids.map((id) => [id, []]));
  for (const [topic, count] of partitionCounts) {
    const interested = ids.filter((id) => members.get(id)?.includes(topic));
    if (interested.length === 0) continue;
    const share = Math.floor(count / interested.length);
    const more = count % interested.length;
    interested.forEach((id, index) => {
      const first = index * share + Math.min(index, more);
      const length = share + (index < more ? 1 : 0);
      for (let partition = first; partition < first + length; partition++) {
        assignment.get(id)?.push({ topic, partition });
      }
    });
  }
  return assignment;
}

/** What an assignment has and another has not. */
export function without(
  partitions: readonly TopicPartition[],
  others: readonly TopicPartition[],
): TopicPartition[] {
  const keys = new Set(others.map(partitionKey));
  return partitions.filter((partition) => !keys.has(partitionKey(partition)));
}
