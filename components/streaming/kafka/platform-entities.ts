import type * as pulumi from '@pulumi/pulumi';
import { quantityValue } from '../../kit/quantity.ts';
import type { Scope } from '../../kit/scope.ts';
import { topicContent, transactionPrefix, userContent } from './entities.ts';
import { strimziKinds } from './kinds.ts';
import type { KafkaSettings } from './settings.ts';
import { planReplication } from './size-plan.ts';

/** Emits the topics and users that the settings list and no service owns. */
export function emitPlatformEntities(scope: Scope<KafkaSettings>, cluster: pulumi.Resource): void {
  const { brokers, topics, users } = scope.settings;
  const replication = planReplication(brokers, scope.settings.replication).factor;
  for (const topic of topics) {
    const retentionBytes =
      topic.retentionBytes === undefined ? undefined : Math.floor(quantityValue(topic.retentionBytes));
    const content = topicContent({ ...topic, retentionBytes, replication });
    scope.custom(`topic-${topic.name}`, strimziKinds.KafkaTopic, content, {
      dependsOn: [cluster],
      readyWhen: 'condition=Ready',
      holdsData: `the messages of the topic ${topic.name}`,
    });
  }
  for (const { name, publishes, consumes, transactions } of users) {
    const access = { publishes, consumes, transactions: transactions ? transactionPrefix(name) : undefined };
    scope.custom(`user-${name}`, strimziKinds.KafkaUser, userContent(name, access), {
      dependsOn: [cluster],
      readyWhen: 'condition=Ready',
    });
  }
}
