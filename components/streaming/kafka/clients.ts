import type { Binding } from '../../kit/binding.ts';
import type { Scope } from '../../kit/scope.ts';
import type { StreamingFacts, StreamingNeeds } from '../capability.ts';
import { topicContent, transactionPrefix, userContent } from './entities.ts';
import { strimziKinds } from './kinds.ts';

const clientPath = '/var/run/secrets/ninefold.dev/streaming/client';
const authorityPath = '/var/run/secrets/ninefold.dev/streaming/authority';

/**
 * Grants one client what it needs: the topics that it publishes, and a user with exactly the rights to publish
 * and consume. Topics and user are made beside the cluster, because Strimzi looks for them there only.
 *
 * Strimzi writes the user's certificate there too, beside that of the brokers' authority. Both are brought into the
 * client's namespace, read as the client's own service account, which may read nothing else there.
 */
export function bindClient(scope: Scope<unknown>, facts: StreamingFacts, need: StreamingNeeds): Binding {
  const userName = `${need.client}.${need.namespace}`;
  const inCluster = { namespace: facts.namespace };
  const topics = need.publishes.map((topic) => {
    const { metadata, spec } = topicContent({ ...topic, replication: facts.replication });
    const content = { metadata: { ...metadata, ...inCluster }, spec };
    return scope.custom(`topic-${topic.name}`, strimziKinds.KafkaTopic, content, {
      readyWhen: 'condition=Ready',
      holdsData: `the messages of the topic ${topic.name}`,
    });
  });
  const { metadata, spec } = userContent(userName, {
    publishes: need.publishes.map((topic) => topic.name),
    consumes: need.consumes,
    transactions: need.transactions ? transactionPrefix(userName) : undefined,
  });
  const content = { metadata: { ...metadata, ...inCluster }, spec };
  const user = scope.custom(`user-${userName}`, strimziKinds.KafkaUser, content, {
    dependsOn: topics.length > 0 ? topics : undefined,
    readyWhen: 'condition=Ready',
  });
  const delivered = deliver(scope, facts, need, userName);
  return {
    environment: {
      KAFKA_BOOTSTRAP_SERVERS: facts.bootstrap,
      KAFKA_CLIENT_CERTIFICATE: `${clientPath}/user.crt`,
      KAFKA_CLIENT_KEY: `${clientPath}/user.key`,
      KAFKA_AUTHORITY_CERTIFICATE: `${authorityPath}/${facts.authority.key}`,
      SCHEMA_REGISTRY_URL: facts.registry.url,
      ...(need.transactions ? { KAFKA_TRANSACTIONAL_ID_PREFIX: transactionPrefix(userName) } : {}),
    },
    secrets: delivered.secrets,
    egress: [facts.brokers, facts.registry].map(({ podLabels, port }) => ({
      namespace: facts.namespace,
      podLabels,
      ports: [port],
    })),
    grantedBy: [...topics, user, ...delivered.grantedBy],
  };
}

/** The Secrets of a client, in its own namespace. */
function deliver(
  scope: Scope<unknown>,
  facts: StreamingFacts,
  need: StreamingNeeds,
  userName: string,
): Pick<Binding, 'secrets' | 'grantedBy'> {
  const { namespace, authority } = facts;
  if (need.namespace === namespace) {
    return {
      secrets: [
        { secretName: userName, mountPath: clientPath },
        { secretName: authority.secretName, mountPath: authorityPath },
      ],
      grantedBy: [],
    };
  }
  const name = `${need.client}-streaming`;
  return scope.request('secrets', {
    name,
    namespace: need.namespace,
    serviceAccount: need.serviceAccount ?? need.client,
    secrets: [],
    transitKeys: [],
    databases: [],
    certificates: false,
    copies: [
      {
        name,
        from: { namespace, secretName: userName },
        keys: ['user.crt', 'user.key'],
        mountPath: clientPath,
      },
      {
        name: `${name}-authority`,
        from: { namespace, secretName: authority.secretName },
        keys: [authority.key],
        mountPath: authorityPath,
      },
    ],
  });
}
