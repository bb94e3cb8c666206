import type { AclRule } from './acl-plan.ts';
import type { NodeRole } from './size-plan.ts';

/** What we set of each custom resource, and nothing more. */

/** Requests and limits of a container. */
export interface OperandResources {
  requests: { cpu: string; memory: string };
  limits: { memory: string };
}

/** How Strimzi makes a pod and its containers. */
export interface PodTemplate {
  securityContext: object;
  priorityClassName: string;
  topologySpreadConstraints?: readonly object[];
}

export interface ContainerTemplate {
  securityContext: object;
}

export interface KafkaNodePoolSpec {
  replicas: number;
  roles: readonly NodeRole[];
  storage: {
    type: 'jbod';
    volumes: readonly {
      id: number;
      type: 'persistent-claim';
      size: string;
      class?: string;
      kraftMetadata: 'shared';
      deleteClaim: boolean;
    }[];
  };
  resources: OperandResources;
  template: {
    pod: PodTemplate;
    kafkaContainer: ContainerTemplate;
    initContainer: ContainerTemplate;
  };
}

/** An authority of the cluster. Without an owner, its key and certificate outlive the cluster. */
export interface KafkaAuthority {
  generateSecretOwnerReference: boolean;
}

export interface KafkaSpec {
  clusterCa: KafkaAuthority;
  clientsCa: KafkaAuthority;
  kafka: {
    version: string;
    metadataVersion: string;
    image: string;
    brokerRackInitImage: string;
    listeners: readonly {
      name: string;
      port: number;
      type: 'internal';
      tls: true;
      authentication: { type: 'tls' };
    }[];
    authorization: { type: 'simple' };
    config: Readonly<Record<string, string | number | boolean>>;
    rack?: { type: 'topology-label'; topologyKey: string };
    metricsConfig: { type: 'strimziMetricsReporter' };
    template: { podDisruptionBudget: { maxUnavailable: number } };
  };
  entityOperator: {
    topicOperator: { image: string; resources: OperandResources };
    userOperator: { image: string; resources: OperandResources };
    template: {
      pod: PodTemplate;
      topicOperatorContainer: ContainerTemplate;
      userOperatorContainer: ContainerTemplate;
    };
  };
  cruiseControl?: {
    image: string;
    resources: OperandResources;
    autoRebalance: readonly { mode: 'add-brokers' | 'remove-brokers' }[];
    template: { pod: PodTemplate; cruiseControlContainer: ContainerTemplate };
  };
  kafkaExporter: {
    image: string;
    topicRegex: string;
    groupRegex: string;
    resources: OperandResources;
    template: { pod: PodTemplate; container: ContainerTemplate };
  };
}

export interface KafkaTopicSpec {
  partitions: number;
  replicas: number;
  config: Readonly<Record<string, string | number>>;
}

export interface KafkaUserSpec {
  authentication: { type: 'tls' };
  authorization: { type: 'simple'; acls: readonly AclRule[] };
}

/** A key of a Secret. */
export interface SecretKey {
  name: string;
  key: string;
}

export interface ApicurioRegistrySpec {
  app: {
    replicas: number;
    storage: {
      type: 'kafkasql';
      kafkasql: {
        bootstrapServers: string;
        tls: {
          keystoreSecretRef: SecretKey;
          keystorePasswordSecretRef: SecretKey;
          truststoreSecretRef: SecretKey;
          truststorePasswordSecretRef: SecretKey;
        };
      };
    };
    tls: { insecureRequests: 'disabled' };
    ingress: { enabled: false };
    networkPolicy: { enabled: false };
    podDisruptionBudget: { enabled: false };
    env: readonly { name: string; value: string }[];
    podTemplateSpec: { spec: object };
  };
  ui: { enabled: false };
}
