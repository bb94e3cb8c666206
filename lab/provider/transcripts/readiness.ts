import type { WrittenMap } from '../test-support/properties.ts';
import type { Transcript } from '../test-support/transcript.ts';
import {
  configMapType,
  definition,
  definitionType,
  deployment,
  deploymentType,
  groupFor,
} from './fixtures.ts';

function annotated(inputs: WrittenMap, annotations: Record<string, string>): WrittenMap {
  return { ...inputs, metadata: { ...(inputs.metadata as WrittenMap), annotations } };
}

/** A Deployment that no node can run. */
function tooLarge(namespace: string, annotations: Record<string, string>): WrittenMap {
  const container = {
    name: 'main',
    image: 'registry.example.org/main:1',
    resources: { requests: { cpu: '9000' } },
  };
  const template = { metadata: { labels: { app: 'huge' } }, spec: { containers: [container] } };
  return annotated(deployment(namespace, 'huge', { replicas: 1, template }), annotations);
}

/** When an object counts as ready. */
export const readiness: Transcript[] = [
  {
    title: 'a Deployment is ready when its pods are',
    steps: (namespace) => [
      {
        up: 'a',
        type: deploymentType,
        inputs: deployment(namespace, 'web'),
        expect: { outputs: { status: { availableReplicas: 2, updatedReplicas: 2 } } },
      },
      {
        up: 'a',
        type: deploymentType,
        inputs: deployment(namespace, 'web', { replicas: 3 }),
        expect: { changes: { 'spec.replicas': 'update' }, outputs: { status: { availableReplicas: 3 } } },
      },
      { refresh: 'a', expect: { operation: 'same' } },
    ],
  },
  {
    title: 'a Deployment that does not get ready is told with its pods, and tried again',
    ours: true,
    steps: (namespace) => {
      const object = { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'huge' };
      return [
        {
          up: 'a',
          type: deploymentType,
          inputs: tooLarge(namespace, { 'pulumi.com/timeoutSeconds': '2' }),
          expect: {
            problem: /not ready after 2 s[\s\S]*0 of 1 pods available[\s\S]*pod huge-.*Insufficient cpu/,
          },
        },
        { live: object, holds: { spec: { replicas: 1 } } },
        {
          refresh: 'a',
          expect: { problem: /0 of 1 pods available/ },
        },
        {
          up: 'a',
          type: deploymentType,
          inputs: deployment(namespace, 'huge', { replicas: 1 }),
          expect: { operation: 'update' },
        },
      ];
    },
  },
  {
    title: 'skipAwait waits for nothing',
    steps: (namespace) => [
      {
        up: 'a',
        type: deploymentType,
        inputs: tooLarge(namespace, { 'pulumi.com/skipAwait': 'true' }),
        expect: { operation: 'create' },
      },
      { refresh: 'a', expect: { operation: 'same' } },
    ],
  },
  {
    title: 'waitFor waits for what it says, and tells what it waited for',
    ours: true,
    steps: (namespace) => {
      const inputs = (waitFor: string, value: string): WrittenMap => ({
        metadata: {
          name: 'a',
          namespace,
          annotations: { 'pulumi.com/waitFor': waitFor, 'pulumi.com/timeoutSeconds': '1' },
        },
        data: { phase: value },
      });
      return [
        { up: 'a', type: configMapType, inputs: inputs('jsonpath={.data.phase}=done', 'done') },
        { up: 'a', type: configMapType, inputs: inputs('jsonpath={.data.phase}', 'done') },
        {
          up: 'a',
          type: configMapType,
          inputs: inputs('["jsonpath={.data.phase}=done","jsonpath={.data.other}"]', 'done'),
          expect: { problem: /not ready after 1 s\nwaiting for jsonpath=\{\.data\.other\}$/ },
        },
        {
          up: 'a',
          type: configMapType,
          inputs: inputs('condition=Ready', 'done'),
          expect: { problem: /waiting for condition=Ready/ },
        },
        {
          up: 'pod',
          type: 'kubernetes:core/v1:Pod',
          inputs: {
            metadata: { name: 'pod', namespace, annotations: { 'pulumi.com/waitFor': 'condition=Ready' } },
            spec: { containers: [{ name: 'main', image: 'registry.example.org/main:1' }] },
          },
        },
      ];
    },
  },
  {
    title: 'custom resources are ready as soon as they are accepted',
    steps: (namespace) => {
      const group = groupFor(namespace);
      const schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
      return [
        { up: 'kind', type: definitionType, inputs: definition(group, 'Gadget', schema) },
        {
          up: 'one',
          type: `kubernetes:${group}/v1:Gadget`,
          inputs: { metadata: { name: 'one', namespace }, spec: { anything: [1, 'two', { three: null }] } },
          expect: { operation: 'create' },
        },
        { refresh: 'one', expect: { operation: 'same' } },
      ];
    },
  },
  {
    title: 'a load balancer is ready when it has an address',
    ours: true,
    steps: (namespace) => [
      {
        up: 'a',
        type: 'kubernetes:core/v1:Service',
        inputs: {
          metadata: { name: 'web', namespace },
          spec: { type: 'LoadBalancer', selector: { app: 'web' }, ports: [{ port: 80 }] },
        },
        expect: { outputs: { status: { loadBalancer: { ingress: [{}] } } } },
      },
    ],
  },
  {
    title: 'a Job is ready when it has completed',
    steps: (namespace) => [
      {
        up: 'a',
        type: 'kubernetes:batch/v1:Job',
        inputs: {
          metadata: { name: 'once', namespace },
          spec: {
            template: {
              spec: {
                restartPolicy: 'Never',
                containers: [{ name: 'main', image: 'registry.example.org/main:1' }],
              },
            },
          },
        },
        expect: { outputs: { status: { succeeded: 1 } } },
      },
      { refresh: 'a', expect: { operation: 'same' } },
    ],
  },
];
