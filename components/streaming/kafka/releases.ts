import type { Image } from '../../kit/images.ts';
import type { ChartValues, ObjectChange, Release } from '../../kit/release.ts';
import type { Upstream } from '../../kit/upstream.ts';
import { priorityClasses, resourceRequirements, topologySpread } from '../../kit/workload.ts';
import { podLabels, streamingNamespace } from './names.ts';
import type { KafkaSettings } from './settings.ts';

/** Version of Kafka that runs, and the format in which its nodes agree on metadata. Raised one after the other. */
export const kafkaVersion = { version: '4.3.1', metadataVersion: '4.3-IV0' } as const;

const strimziVersion = '1.2.0';
const apicurioVersion = '3.3.1';

function strimzi(name: string, tag: string): Image {
  return { registry: 'quay.io', repository: `strimzi/${name}`, tag };
}

function apicurio(name: string): Image {
  return { registry: 'quay.io', repository: `apicurio/${name}`, tag: apicurioVersion };
}

/** Images of Strimzi: one for all operators and init containers, one for whatever runs Kafka's own programs. */
export const strimziImages = {
  operator: strimzi('operator', strimziVersion),
  kafka: strimzi('kafka', `${strimziVersion}-kafka-${kafkaVersion.version}`),
  // The operator is told of these, for kinds that the platform does not use.
  bridge: strimzi('kafka-bridge', '1.1.0'),
  kaniko: strimzi('kaniko-executor', strimziVersion),
  buildah: strimzi('buildah', strimziVersion),
  maven: strimzi('maven-builder', strimziVersion),
};

/** Images of Apicurio. */
export const apicurioImages = {
  operator: apicurio('apicurio-registry-3-operator'),
  registry: apicurio('apicurio-registry'),
  // The operator is told of these, for parts that the platform turns off.
  ui: apicurio('apicurio-registry-ui'),
  gitopsSync: apicurio('apicurio-registry-gitops-sync'),
  consolePlugin: apicurio('apicurio-registry-console-plugin'),
};

/** The release of Strimzi. */
export const strimziRelease: Upstream = {
  name: 'strimzi',
  title: 'Strimzi',
  version: strimziVersion,
  licence: 'Apache-2.0',
  source: {
    type: 'chart',
    repository: 'oci://quay.io/strimzi-helm',
    chart: 'strimzi-kafka-operator',
  },
  images: Object.values(strimziImages),
  kubernetes: '>=1.30',
  homepage: 'https://strimzi.io/documentation/',
};

/** The release of Apicurio Registry. It has no chart. */
export const apicurioRelease: Upstream = {
  name: 'apicurio-registry',
  title: 'Apicurio Registry',
  version: apicurioVersion,
  licence: 'Apache-2.0',
  source: {
    type: 'manifest',
    url: `https://raw.githubusercontent.com/Apicurio/apicurio-registry/${apicurioVersion}/operator/install/apicurio-registry-operator-${apicurioVersion}.yaml`,
    namespacePlaceholder: 'PLACEHOLDER_NAMESPACE',
  },
  images: Object.values(apicurioImages),
  kubernetes: '>=1.25',
  homepage: 'https://www.apicur.io/registry/docs/',
};

/** What an environment installs of both. */
export function releasesOf(settings: KafkaSettings): readonly Release[] {
  return [
    { upstream: strimziRelease, namespace: streamingNamespace, values: strimziValues(settings) },
    { upstream: apicurioRelease, namespace: streamingNamespace, changes: apicurioChanges(settings) },
  ];
}

/** What differs from the chart's own values. Its pods are restricted as it comes. */
function strimziValues({ operator }: KafkaSettings): ChartValues {
  const { replicas, resources } = operator;
  return {
    replicas,
    resources: resourceRequirements(resources),
    priorityClassName: priorityClasses.platform.name,
    // Without a list it watches its own namespace only.
    watchAnyNamespace: false,
    leaderElection: { enable: true },
    podDisruptionBudget: { enabled: replicas > 1 },
    ...(replicas > 1 ? { topologySpreadConstraints: topologySpread(podLabels.operator) } : {}),
    // Policies add up, and the operator's would open the listener to everybody.
    generateNetworkPolicy: false,
  };
}

/** The manifest has no values: what the settings say is set in its Deployment. */
function apicurioChanges({ registry }: KafkaSettings): readonly ObjectChange[] {
  const container = 'spec.template.spec.containers[name=apicurio-registry-operator]';
  const watched = 'APICURIO_OPERATOR_WATCHED_NAMESPACES';
  return [
    {
      kind: 'Deployment',
      name: `apicurio-registry-operator-v${apicurioVersion}`,
      set: {
        'spec.template.spec.priorityClassName': priorityClasses.platform.name,
        [`${container}.resources`]: resourceRequirements(registry.operator.resources),
        // A tag of a release is not moved, so there is no need to ask for it at every start.
        [`${container}.imagePullPolicy`]: 'IfNotPresent',
        // It would read an annotation that only another installer sets, and without it watch every namespace.
        [`${container}.env[name=${watched}]`]: { name: watched, value: streamingNamespace },
      },
    },
  ];
}
