import { secret } from '../test-support/properties.ts';
import type { Transcript } from '../test-support/transcript.ts';
import { configMapType, deployment, deploymentType, secretType } from './fixtures.ts';

/** What is secret stays secret. */
export const secrets: Transcript[] = [
  {
    title: 'the data of a Secret is secret, whether the program says so or not',
    steps: (namespace) => [
      {
        up: 'a',
        type: secretType,
        inputs: { metadata: { name: 'plain', namespace }, data: { key: 'c2VlZGVk' } },
        expect: { secrets: ['data'] },
      },
      { refresh: 'a', expect: { operation: 'same', secrets: ['data'] } },
    ],
  },
  {
    title: 'texts of a Secret are stored encoded, show no drift, and go when they are dropped',
    ours: true,
    steps: (namespace) => {
      const object = { apiVersion: 'v1', kind: 'Secret', namespace, name: 'texts' };
      const inputs = (stringData: Record<string, string>) => ({
        metadata: { name: 'texts', namespace },
        stringData,
      });
      return [
        {
          up: 'a',
          type: secretType,
          inputs: inputs({ user: 'me', password: 'päss' }),
          expect: { secrets: ['data'] },
        },
        { live: object, holds: { data: { user: 'bWU=', password: 'cMOkc3M=' } } },
        { refresh: 'a', expect: { operation: 'same' } },
        {
          up: 'a',
          type: secretType,
          inputs: inputs({ user: 'you' }),
          expect: { changes: { 'stringData.user': 'update', 'stringData.password': 'delete' } },
        },
        { live: object, holds: { data: { user: 'eW91', password: null } } },
        { patched: object, by: 'kubectl-edit', patch: { data: { user: 'dGhleQ==' } } },
        { refresh: 'a', expect: { changes: { 'stringData.user': 'update' } } },
      ];
    },
  },
  {
    title: 'a secret input is secret in the outputs, wherever its text turns up',
    ours: true,
    steps: (namespace) => [
      {
        up: 'a',
        type: configMapType,
        inputs: {
          metadata: { name: 'mixed', namespace },
          data: { open: 'plain', hidden: secret('seeded-value'), url: 'https://seeded-value@example.org' },
        },
        expect: { secrets: ['data.hidden', 'data.url'] },
      },
      { refresh: 'a', expect: { operation: 'same', secrets: ['data.hidden', 'data.url'] } },
    ],
  },
  {
    title: 'a secret in a list stays secret when the list is no longer what it was',
    ours: true,
    steps: (namespace) => {
      const object = { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'web' };
      const variables = [
        { name: 'A', value: '1' },
        { name: 'PIN', value: secret('12') },
      ];
      const pod = {
        metadata: { labels: { app: 'web' } },
        spec: { containers: [{ name: 'main', image: 'registry.example.org/main:1', env: variables }] },
      };
      const { spec } = deployment(namespace, 'web', { replicas: 0, template: pod });
      const annotations = { 'pulumi.com/skipAwait': 'true' };
      const env = 'spec.template.spec.containers.0.env';
      const list = 'spec.template.spec.containers[0].env';
      const changes = {
        [`${list}[0].name`]: 'update',
        [`${list}[0].value`]: 'update',
        [`${list}[1]`]: 'add',
      };
      return [
        {
          up: 'a',
          type: deploymentType,
          inputs: { metadata: { name: 'web', namespace, annotations }, spec },
          expect: { secrets: [`${env}.1.value`] },
        },
        {
          patched: object,
          by: 'kubectl-edit',
          type: 'json',
          patch: [{ op: 'remove', path: '/spec/template/spec/containers/0/env/0' }],
        },
        {
          refresh: 'a',
          expect: { changes, secrets: [env] },
        },
      ];
    },
  },
  {
    title: 'a refusal does not tell the secret that it is about',
    ours: true,
    steps: (namespace) => [
      {
        up: 'a',
        type: 'kubernetes:core/v1:Service',
        inputs: {
          metadata: { name: 'web', namespace },
          spec: { clusterIP: secret('seeded-value'), ports: [{ port: 80 }] },
        },
        expect: { refused: /^(?!.*seeded-value)[\s\S]*spec\.clusterIP[\s\S]*\[secret\]/ },
      },
    ],
  },
];
