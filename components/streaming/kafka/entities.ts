import type { CustomResourceContent } from '../../kit/scope.ts';
import { durationSeconds } from '../../kit/setting-types.ts';
import type { Topic } from '../capability.ts';
import { type Access, planAcls } from './acl-plan.ts';
import { clusterLabel } from './names.ts';
import type { KafkaTopicSpec, KafkaUserSpec } from './operands.ts';

/** A topic with how often it is kept, and what may override the cluster's own defaults. */
export interface TopicContent extends Topic {
  replication: number;
  /** Bytes that a partition may reach before its oldest messages go. `-1`: no limit. */
  retentionBytes?: number | undefined;
}

/** The custom resource of a topic. */
export function topicContent(topic: TopicContent): CustomResourceContent {
  const { retention, retentionBytes } = topic;
  const spec: KafkaTopicSpec = {
    partitions: topic.partitions,
    replicas: topic.replication,
    config: {
      'cleanup.policy': topic.compacted ? 'compact' : 'delete',
      ...(retention ? { 'retention.ms': retentionMilliseconds(retention) } : {}),
      ...(retentionBytes === undefined ? {} : { 'retention.bytes': retentionBytes }),
    },
  };
  return { metadata: { name: topic.name, labels: clusterLabel }, spec };
}

/** The custom resource of a user. Strimzi writes its certificate into the Secret of the same name. */
export function userContent(name: string, access: Access): CustomResourceContent {
  const spec: KafkaUserSpec = {
    authentication: { type: 'tls' },
    authorization: { type: 'simple', acls: planAcls(access) },
  };
  return { metadata: { name, labels: clusterLabel }, spec };
}

/**
 * How the transactional ids of a user begin. Ends with a character that no user's name has, so that one user's
 * never begin with another's.
 */
export function transactionPrefix(user: string): string {
  return `${user}_`;
}

function retentionMilliseconds(retention: string): number {
  return retention === 'forever' ? -1 : durationSeconds(retention) * 1000;
}
