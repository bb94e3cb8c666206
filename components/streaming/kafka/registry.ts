import type * as pulumi from '@pulumi/pulumi';
import type { KubernetesObject } from '../../kit/kubernetes-object.ts';
import type { Scope } from '../../kit/scope.ts';
import {
  podDisruptionBudget,
  priorityClasses,
  restrictedContainer,
  restrictedPod,
  topologySpread,
} from '../../kit/workload.ts';
import { type TopicContent, topicContent, userContent } from './entities.ts';
import { apicurioKinds, strimziKinds } from './kinds.ts';
import {
  bootstrapAddress,
  clusterAuthoritySecret,
  podLabels,
  ports,
  registryName,
  registryService,
  streamingNamespace,
} from './names.ts';
import type { ApicurioRegistrySpec } from './operands.ts';
import { operandResources } from './pod-templates.ts';
import { apicurioImages } from './releases.ts';
import type { KafkaSettings } from './settings.ts';
import { planReplication } from './size-plan.ts';

/** Topics in which the registry keeps everything; it refuses to start unless they never forget. */
export const registryTopics = ['kafkasql-journal', 'kafkasql-snapshots', 'registry-events'] as const;

/** How the names of the registry's consumer groups begin; each replica makes up one of its own. */
const groupPrefix = 'apicurio-';

const certificateSecret = `${registryName}-certificate`;
const certificatePath = '/certificates';

/** Emits the registry with all it needs: topics, a user, and a certificate for its own listener. */
export function emitRegistry(
  scope: Scope<KafkaSettings>,
  after: { cluster: pulumi.Resource; operator: readonly pulumi.Resource[] },
): KubernetesObject {
  const { brokers, replication, registry } = scope.settings;
  const { factor } = planReplication(brokers, replication);
  const topics = registryTopics.map((name) =>
    scope.custom(`topic-${name}`, strimziKinds.KafkaTopic, topicContent(registryTopic(name, factor)), {
      dependsOn: [after.cluster],
      readyWhen: 'condition=Ready',
      holdsData: 'the schemas of every topic',
    }),
  );
  const access = {
    publishes: registryTopics,
    consumes: registryTopics.map((topic) => ({ topic, group: { prefix: groupPrefix } })),
    inspects: registryTopics,
  };
  const user = scope.custom(
    `user-${registryName}`,
    strimziKinds.KafkaUser,
    userContent(registryName, access),
    { dependsOn: [after.cluster], readyWhen: 'condition=Ready' },
  );
  const certificate = scope.request('certificates', {
    name: certificateSecret,
    namespace: streamingNamespace,
    dnsNames: ['', '.svc', '.svc.cluster.local'].map(
      (end) => `${registryService}.${streamingNamespace}${end}`,
    ),
    usages: ['server'],
    mountPath: certificatePath,
  });
  if (registry.replicas > 1) {
    scope.object('registry-disruption', podDisruptionBudget(registryName, podLabels.registry));
  }
  return scope.custom(
    'registry',
    apicurioKinds.ApicurioRegistry3,
    { metadata: { name: registryName }, spec: registrySpec(scope) },
    {
      dependsOn: [...after.operator, ...topics, user, ...certificate.grantedBy],
      readyWhen: 'condition=Ready',
    },
  );
}

/** One partition, because the registry replays its topics in order. */
function registryTopic(name: string, replication: number): TopicContent {
  return { name, partitions: 1, retention: 'forever', retentionBytes: -1, compacted: false, replication };
}

function registrySpec(scope: Scope<KafkaSettings>): ApicurioRegistrySpec {
  return {
    app: {
      replicas: scope.settings.registry.replicas,
      storage: {
        type: 'kafkasql',
        kafkasql: {
          bootstrapServers: bootstrapAddress,
          tls: {
            keystoreSecretRef: { name: registryName, key: 'user.p12' },
            keystorePasswordSecretRef: { name: registryName, key: 'user.password' },
            truststoreSecretRef: { name: clusterAuthoritySecret, key: 'ca.p12' },
            truststorePasswordSecretRef: { name: clusterAuthoritySecret, key: 'ca.password' },
          },
        },
      },
      // Makes the operator speak HTTPS with it; where the certificate is, says the environment below.
      tls: { insecureRequests: 'disabled' },
      ingress: { enabled: false },
      networkPolicy: { enabled: false },
      podDisruptionBudget: { enabled: false },
      env: registryEnvironment,
      podTemplateSpec: { spec: registryPod(scope) },
    },
    ui: { enabled: false },
  };
}

/**
 * The certificate is read as PEM, as cert-manager writes it, and again every hour, so that a renewed one is taken
 * without a restart and no keystore needs a password.
 */
const registryEnvironment = [
  {
    name: 'JAVA_OPTS_APPEND',
    value: [
      `-Dquarkus.tls.key-store.pem.0.cert=${certificatePath}/tls.crt`,
      `-Dquarkus.tls.key-store.pem.0.key=${certificatePath}/tls.key`,
      '-Dquarkus.tls.reload-period=1h',
    ].join(' '),
  },
  { name: 'APICURIO_KAFKASQL_TOPIC_AUTO_CREATE', value: 'false' },
  { name: 'APICURIO_KAFKASQL_CONSUMER_GROUP_PREFIX', value: groupPrefix },
  // Without this, the registry would take any certificate of the authority for any broker.
  { name: 'APICURIO_KAFKA_COMMON_SSL_ENDPOINT_IDENTIFICATION_ALGORITHM', value: 'https' },
  { name: 'APICURIO_STORAGE_SNAPSHOT_LOCATION', value: '/tmp' },
];

function registryPod(scope: Scope<KafkaSettings>): object {
  const { replicas, resources } = scope.settings.registry;
  const probe = (path: string) => ({
    httpGet: { scheme: 'HTTPS', path, port: ports.registryManagement },
    periodSeconds: 10,
    failureThreshold: 6,
  });
  return {
    automountServiceAccountToken: false,
    securityContext: restrictedPod,
    priorityClassName: priorityClasses.platform.name,
    ...(replicas > 1 ? { topologySpreadConstraints: topologySpread(podLabels.registry) } : {}),
    containers: [
      {
        name: 'apicurio-registry-app',
        image: scope.image(apicurioImages.registry),
        resources: operandResources(resources),
        securityContext: restrictedContainer,
        readinessProbe: probe('/health/ready'),
        livenessProbe: probe('/health/live'),
        volumeMounts: [
          { name: 'certificate', mountPath: certificatePath, readOnly: true },
          { name: 'temporary', mountPath: '/tmp' },
        ],
      },
    ],
    volumes: [
      { name: 'certificate', secret: { secretName: certificateSecret } },
      { name: 'temporary', emptyDir: { sizeLimit: '256Mi' } },
    ],
  };
}

/** Where the metrics of the registry are signed for, for whoever scrapes them. */
export const registryMetricsTls = {
  secretName: certificateSecret,
  serverName: `${registryService}.${streamingNamespace}.svc`,
};
