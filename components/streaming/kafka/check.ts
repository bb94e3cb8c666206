import { formatBytes, quantityValue } from '../../kit/quantity.ts';
import { durationSeconds } from '../../kit/setting-types.ts';
import type { Violation } from '../../kit/violation.ts';
import { registryName } from './names.ts';
import { registryTopics } from './registry.ts';
import type { KafkaSettings } from './settings.ts';
import { planReplication } from './size-plan.ts';

/** What no field alone can get wrong: sizes that don't fit each other, and names that meet nothing or twice. */
export function checkSettings(settings: KafkaSettings): Violation[] {
  return [
    ...checkReplication(settings),
    ...checkQuorum(settings),
    ...checkRetention(settings),
    ...checkTopics(settings),
    ...checkUsers(settings),
  ];
}

function checkReplication({ brokers, replication }: KafkaSettings): Violation[] {
  const { factor, minInSync } = planReplication(brokers, replication);
  const violations: Violation[] = [];
  if (factor > brokers) {
    violations.push({
      path: 'replication.factor',
      problem: 'a message can’t have more copies than there are brokers',
      value: factor,
      allowed: `at most ${brokers}`,
      fix: 'raise brokers, or lower the factor',
    });
  }
  const highest = Math.max(1, factor - 1);
  if (minInSync > highest) {
    violations.push({
      path: 'replication.minInSync',
      problem:
        minInSync > factor
          ? 'more copies must be written than there are'
          : 'every copy must be written, so no broker may ever be away',
      value: minInSync,
      allowed: `at most ${highest}, with a factor of ${factor}`,
      fix: 'lower minInSync, or raise the factor',
    });
  }
  return violations;
}

function checkQuorum({ brokers, controllers }: KafkaSettings): Violation[] {
  if (controllers.replicas > 0 || [1, 3, 5].includes(brokers)) return [];
  return [
    {
      path: 'controllers.replicas',
      problem: `${brokers} brokers that are controllers too can’t form a sound majority`,
      value: controllers.replicas,
      allowed: '3 or 5; or 0 with 1, 3 or 5 brokers',
      fix: 'give the cluster controllers of its own, or change the number of brokers',
    },
  ];
}

/** A fifth of the disk is left for indexes, segments that are about to go, and moving partitions. */
const usablePart = 0.8;

function checkRetention(settings: KafkaSettings): Violation[] {
  const violations: Violation[] = [];
  if (durationSeconds(settings.retention) === 0) {
    violations.push({
      path: 'retention',
      problem: 'messages would be gone at once',
      value: settings.retention,
      allowed: 'more than 0s',
    });
  }
  const { factor } = planReplication(settings.brokers, settings.replication);
  const wanted = settings.topics.reduce(
    (sum, topic) => sum + topic.partitions * factor * quantityValue(topic.retentionBytes ?? '0'),
    0,
  );
  const usable = settings.brokers * quantityValue(settings.storage) * usablePart;
  if (wanted > usable) {
    violations.push({
      path: 'storage',
      problem: `the topics may grow to ${formatBytes(wanted)} with all copies, but ${settings.brokers} disks of this size hold ${formatBytes(usable)}`,
      value: settings.storage,
      allowed: `at least ${formatBytes(wanted / usablePart / settings.brokers)}`,
      fix: 'raise storage or brokers, or lower the retentionBytes of the topics',
    });
  }
  return violations;
}

function checkTopics({ topics }: KafkaSettings): Violation[] {
  const taken = new Set<string>(registryTopics);
  return topics.flatMap(({ name }, index) => {
    const known = taken.has(name);
    taken.add(name);
    if (!known) return [];
    return [
      {
        path: `topics.${index}.name`,
        problem: 'there is already a topic of this name',
        value: name,
        fix: 'give it another name, or remove one of the two',
      },
    ];
  });
}

function checkUsers({ users, topics }: KafkaSettings): Violation[] {
  const known = topics.map((topic) => topic.name);
  const taken = new Set<string>([registryName]);
  return users.flatMap((user, index) => {
    const path = `users.${index}`;
    const violations: Violation[] = [];
    if (taken.has(user.name)) {
      violations.push({
        path: `${path}.name`,
        problem: 'there is already a user of this name',
        value: user.name,
        fix: 'give it another name, or join the two',
      });
    }
    taken.add(user.name);
    if (user.publishes.length + user.consumes.length === 0) {
      violations.push({
        path,
        problem: 'the user may do nothing',
        value: user.name,
        fix: 'list a topic under publishes or consumes, or remove the user',
      });
    }
    const used = [
      ...user.publishes.map((name, at) => ({ name, path: `${path}.publishes.${at}` })),
      ...user.consumes.map(({ topic }, at) => ({ name: topic, path: `${path}.consumes.${at}.topic` })),
    ];
    for (const { name, path: where } of used.filter((one) => !known.includes(one.name))) {
      violations.push({
        path: where,
        problem: 'there is no such topic in this list of topics',
        value: name,
        allowed: known.join(', ') || 'nothing, since no topic is listed',
        fix: 'add it to topics, or correct the name; a topic that a service owns is granted by that service’s contract',
      });
    }
    return violations;
  });
}
