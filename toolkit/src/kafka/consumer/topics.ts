import type { DriverAdmin } from '../driver.ts';
import { deadLetterTopicName, delayTopicName } from '../topic-names.ts';

/** Months: what waits or is dead must not go because of its age. */
const RETENTION = 90 * 86_400_000;
/** Bytes: whatever fits into a topic has to fit with the headers that are added, too. */
const LARGEST = 10 * 1024 * 1024;

/**
 * Sees to it that topics have their delay and dead-letter topics, with as many partitions, so that all three are given
 * out alike.
 *
 * @throws Error with everything that is missing.
 */
export async function prepareTopics(
  admin: DriverAdmin,
  group: string,
  topics: readonly string[],
  create: boolean,
): Promise<void> {
  const companions = topics.flatMap((topic) => [
    delayTopicName(topic, group),
    deadLetterTopicName(topic, group),
  ]);
  const counts = await admin.partitionCounts([...topics, ...companions]);
  const problems: string[] = [];
  for (const topic of topics) {
    const partitions = counts.get(topic);
    if (partitions === undefined) {
      problems.push(
        `there is no topic ${topic}: make it, or have the platform make it from its owner's contract`,
      );
      continue;
    }
    for (const companion of [delayTopicName(topic, group), deadLetterTopicName(topic, group)]) {
      const present = counts.get(companion);
      if (present === partitions) continue;
      if (!create) {
        const state = present === undefined ? 'is not there' : `has ${present} partitions`;
        problems.push(`${companion} ${state}: give it ${partitions}, as many as ${topic} has`);
      } else if (present === undefined) {
        const configuration = { 'retention.ms': String(RETENTION), 'max.message.bytes': String(LARGEST) };
        await admin.createTopics([{ topic: companion, partitions, configuration }]);
      } else if (present < partitions) await admin.addPartitions(companion, partitions);
      else
        problems.push(
          `${companion} has ${present} partitions, more than the ${partitions} of ${topic}: make it anew`,
        );
    }
  }
  if (problems.length > 0) throw new Error(`${group} can't read its topics:\n${problems.join('\n')}`);
}
