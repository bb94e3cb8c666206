import type { Image } from '../../kit/images.ts';
import type { Upstream } from '../../kit/upstream.ts';

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
};

/** Images of Apicurio. */
export const apicurioImages = {
  operator: apicurio('apicurio-registry-3-operator'),
  registry: apicurio('apicurio-registry'),
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
    url: `https://raw.githubusercontent.com/Apicurio/apicurio-registry/${apicurioVersion}/operator/install/install.yaml`,
  },
  images: Object.values(apicurioImages),
  kubernetes: '>=1.25',
  homepage: 'https://www.apicur.io/registry/docs/',
};
