import { type CrdBundle, kindsOf } from '../../kit/kinds.ts';
import { apicurioRelease, strimziRelease } from './releases.ts';

/** Kinds of Strimzi that its operators reconcile. */
export const strimziKinds = kindsOf('kafka.strimzi.io', 'v1', {
  Kafka: 'kafkas',
  KafkaBridge: 'kafkabridges',
  KafkaConnect: 'kafkaconnects',
  KafkaConnector: 'kafkaconnectors',
  KafkaMirrorMaker2: 'kafkamirrormaker2s',
  KafkaNodePool: 'kafkanodepools',
  KafkaRebalance: 'kafkarebalances',
  KafkaTopic: 'kafkatopics',
  KafkaUser: 'kafkausers',
});

const podSets = kindsOf('core.strimzi.io', 'v1', { StrimziPodSet: 'strimzipodsets' });

/** The definitions that come with Strimzi. */
export const strimziCrds: CrdBundle = {
  name: 'strimzi',
  version: '1.2.0',
  licence: 'Apache-2.0',
  source: 'https://github.com/strimzi/strimzi-kafka-operator/releases',
  mirrorFolder: 'kafka-strimzi',
  from: { type: 'release', upstream: strimziRelease },
  kinds: [...Object.values(strimziKinds), ...Object.values(podSets)],
};

/** Kinds of the Apicurio Registry operator. */
export const apicurioKinds = kindsOf('registry.apicur.io', 'v1', {
  ApicurioRegistry3: 'apicurioregistries3',
});

/** The definitions that come with the Apicurio Registry operator. */
export const apicurioCrds: CrdBundle = {
  name: 'apicurio-registry',
  version: '3.3.1',
  licence: 'Apache-2.0',
  source: 'https://github.com/Apicurio/apicurio-registry/releases',
  mirrorFolder: 'schema-registry-apicurio',
  from: { type: 'release', upstream: apicurioRelease },
  kinds: Object.values(apicurioKinds),
};
