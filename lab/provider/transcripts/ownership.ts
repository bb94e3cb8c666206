import type { KubernetesObject } from '../../kubernetes/index.ts';
import type { WrittenMap } from '../test-support/properties.ts';
import type { Transcript } from '../test-support/transcript.ts';
import { configMapType, deployment, deploymentType } from './fixtures.ts';

const owner = 'ninefold.dev/owner';

function configMap(
  namespace: string,
  name: string,
  data: Record<string, string>,
  labels?: Record<string, string>,
): KubernetesObject & { data: Record<string, string> } {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace, ...(labels ? { labels } : {}) },
    data,
  };
}

/** Whose objects and fields are whose: conflicts, strangers, adoption, drift, import. */
export const ownership: Transcript[] = [
  {
    title: 'a field that another manager holds is a conflict that names the field and the manager',
    steps: (namespace) => {
      const object = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'shared' };
      const inputs = (value: string, annotations = {}) => ({
        metadata: { name: 'shared', namespace, annotations },
        data: { a: value },
      });
      return [
        { up: 'a', type: configMapType, inputs: inputs('ours') },
        { applied: configMap(namespace, 'shared', { a: 'theirs' }), by: 'somebody', force: true },
        {
          preview: 'a',
          type: configMapType,
          inputs: inputs('ours again'),
          expect: { refused: /\.data\.a[\s\S]*somebody|somebody[\s\S]*\.data\.a/ },
        },
        {
          up: 'a',
          type: configMapType,
          inputs: inputs('ours again'),
          expect: { refused: /\.data\.a[\s\S]*somebody|somebody[\s\S]*\.data\.a/ },
        },
        { live: object, holds: { data: { a: 'theirs' } } },
        {
          up: 'a',
          type: configMapType,
          inputs: inputs('forced', { 'pulumi.com/patchForce': 'true' }),
          expect: { operation: 'update' },
        },
        { live: object, holds: { data: { a: 'forced' } } },
      ];
    },
  },
  {
    title: 'a conflict stays one after a refresh when the other manager declares the field',
    ours: true,
    steps: (namespace) => {
      const inputs = { metadata: { name: 'shared', namespace }, data: { a: 'ours' } };
      return [
        { up: 'a', type: configMapType, inputs },
        { applied: configMap(namespace, 'shared', { a: 'theirs' }), by: 'somebody', force: true },
        { refresh: 'a', expect: { changes: { 'data.a': 'update' } } },
        { up: 'a', type: configMapType, inputs, expect: { refused: /\.data\.a is managed by "somebody"/ } },
      ];
    },
  },
  {
    title: "somebody else's object is refused, in the preview already",
    steps: (namespace) => {
      const inputs = { metadata: { name: 'theirs', namespace }, data: { a: 'ours' } };
      return [
        { created: configMap(namespace, 'theirs', { b: 'theirs' }), by: 'somebody' },
        { preview: 'a', type: configMapType, inputs, expect: { refused: /exists/ } },
        { up: 'a', type: configMapType, inputs, expect: { refused: /exists/ } },
        {
          live: { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'theirs' },
          holds: { data: { a: null, b: 'theirs' } },
        },
      ];
    },
  },
  {
    title: 'an object that carries the own owner label is taken over, one with another label is not',
    ours: true,
    steps: (namespace) => {
      const inputs = (name: string) => ({
        metadata: { name, namespace, labels: { [owner]: 'hash-of-the-urn' } },
        data: { a: 'ours' },
      });
      return [
        {
          applied: configMap(namespace, 'left', { a: 'ours' }, { [owner]: 'hash-of-the-urn' }),
          by: 'ninefold',
        },
        { up: 'left', type: configMapType, inputs: inputs('left'), expect: { operation: 'create' } },
        { applied: configMap(namespace, 'other', { a: 'b' }, { [owner]: 'another-hash' }), by: 'ninefold' },
        {
          up: 'other',
          type: configMapType,
          inputs: inputs('other'),
          expect: { refused: /ninefold\.dev\/owner label is "another-hash"/ },
        },
      ];
    },
  },
  {
    title: 'a change by hand is seen by a refresh and repaired by the next update',
    ours: true,
    steps: (namespace) => {
      const object = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'drifting' };
      const inputs = {
        metadata: { name: 'drifting', namespace, labels: { team: 'shop' } },
        data: { a: 'ours', b: 'ours' },
      };
      return [
        { up: 'a', type: configMapType, inputs },
        {
          patched: object,
          by: 'kubectl-edit',
          patch: {
            metadata: { labels: { team: 'other', extra: 'x' } },
            data: { a: 'theirs', b: null, c: 'theirs' },
          },
        },
        {
          refresh: 'a',
          expect: { changes: { 'data.a': 'update', 'data.b': 'add', 'metadata.labels.team': 'update' } },
        },
        { up: 'a', type: configMapType, inputs, expect: { operation: 'update' } },
        {
          live: object,
          holds: {
            metadata: { labels: { team: 'shop', extra: 'x' } },
            data: { a: 'ours', b: 'ours', c: 'theirs' },
          },
        },
        { refresh: 'a', expect: { operation: 'same' } },
      ];
    },
  },
  {
    title: 'a change by hand inside lists and whole values is seen at its place',
    steps: (namespace) => {
      const object = { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'web' };
      const container = { name: 'main', image: 'registry.example.org/main:1' };
      const template = {
        metadata: { labels: { app: 'web' } },
        spec: {
          nodeSelector: { disk: 'fast' },
          containers: [{ ...container, env: [{ name: 'A', value: '1' }] }],
        },
      };
      // The refresh must not depend on how soon the controller sees the change.
      const annotations = { 'pulumi.com/skipAwait': 'true' };
      const inputs = deployment(namespace, 'web', { replicas: 0, template });
      return [
        {
          up: 'a',
          type: deploymentType,
          inputs: { ...inputs, metadata: { name: 'web', namespace, annotations } },
        },
        {
          patched: object,
          by: 'kubectl-edit',
          patch: {
            spec: {
              template: {
                spec: {
                  nodeSelector: { disk: 'fast', zone: 'a' },
                  containers: [
                    {
                      ...container,
                      image: 'registry.example.org/main:2',
                      env: [
                        { name: 'B', value: '2' },
                        { name: 'A', value: '9' },
                      ],
                    },
                  ],
                },
              },
            },
          },
        },
        {
          refresh: 'a',
          expect: {
            changes: {
              'spec.template.spec.containers[0].env[0].value': 'update',
              'spec.template.spec.containers[0].image': 'update',
              'spec.template.spec.nodeSelector.zone': 'delete',
            },
          },
        },
      ];
    },
  },
  {
    title:
      'an image that was set by hand is repaired, a number of pods that a controller scales is a conflict',
    ours: true,
    steps: (namespace) => {
      const object = { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'web' };
      const { metadata, spec } = deployment(namespace, 'web');
      // The refresh must not depend on how soon the pods are there.
      const annotations = { 'pulumi.com/skipAwait': 'true' };
      const inputs = (labels: Record<string, string>): WrittenMap => ({
        spec,
        metadata: { ...(metadata as WrittenMap), annotations, labels },
      });
      const image = (tag: string) => ({ name: 'main', image: `registry.example.org/main:${tag}` });
      return [
        { up: 'a', type: deploymentType, inputs: inputs({}) },
        {
          patched: object,
          by: 'kubectl-set',
          type: 'strategic',
          patch: { spec: { template: { spec: { containers: [image('2')] } } } },
        },
        {
          up: 'a',
          type: deploymentType,
          inputs: inputs({ not: 'refreshed' }),
          expect: { refused: /containers\[name="main"\]\.image is managed by "kubectl-set"/ },
        },
        { refresh: 'a', expect: { changes: { 'spec.template.spec.containers[0].image': 'update' } } },
        { up: 'a', type: deploymentType, inputs: inputs({}), expect: { operation: 'update' } },
        { live: object, holds: { spec: { template: { spec: { containers: [image('1')] } } } } },
        { patched: object, by: 'autoscaler', subresource: 'scale', patch: { spec: { replicas: 5 } } },
        { refresh: 'a', expect: { changes: { 'spec.replicas': 'update' } } },
        {
          up: 'a',
          type: deploymentType,
          inputs: inputs({}),
          expect: { refused: /\.spec\.replicas is managed by "autoscaler"/ },
        },
      ];
    },
  },
  {
    title: 'an object that somebody made by hand is imported, and what the program drops goes',
    ours: true,
    steps: (namespace) => {
      const object = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'old' };
      return [
        { created: configMap(namespace, 'old', { a: '1', b: '2' }, { team: 'shop' }), by: 'kubectl-create' },
        {
          import: 'a',
          type: configMapType,
          id: `${namespace}/old`,
          inputs: {
            metadata: { name: 'old', namespace, labels: { team: 'shop' } },
            data: { a: '1', b: '2' },
          },
          expect: { operation: 'same', id: `${namespace}/old` },
        },
        {
          up: 'a',
          type: configMapType,
          inputs: { metadata: { name: 'old', namespace, labels: { team: 'shop' } }, data: { a: '1' } },
          expect: { operation: 'update', changes: { 'data.b': 'delete' } },
        },
        { live: object, holds: { data: { a: '1', b: null } } },
        {
          import: 'missing',
          type: configMapType,
          id: `${namespace}/missing`,
          inputs: {},
          expect: { refused: /does not exist/ },
        },
      ];
    },
  },
  {
    title: 'an object that somebody declared is imported as it was declared, without defaults',
    ours: true,
    steps: (namespace) => {
      const { metadata, spec } = deployment(namespace, 'web', { replicas: 0 });
      return [
        {
          applied: {
            apiVersion: 'apps/v1',
            kind: 'Deployment',
            metadata: metadata as { name: string; namespace: string },
            spec,
          },
          by: 'kubectl',
        },
        {
          import: 'a',
          type: deploymentType,
          id: `${namespace}/web`,
          inputs: deployment(namespace, 'web', { replicas: 0 }),
          expect: { operation: 'same' },
        },
      ];
    },
  },
  {
    title: 'a successor of the same name is neither changed nor deleted',
    ours: true,
    steps: (namespace) => {
      const object = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'same' };
      const inputs = (value: string) => ({ metadata: { name: 'same', namespace }, data: { a: value } });
      return [
        { up: 'a', type: configMapType, inputs: inputs('ours') },
        { deleted: object },
        { created: configMap(namespace, 'same', { a: 'theirs' }), by: 'somebody' },
        {
          up: 'a',
          type: configMapType,
          inputs: inputs('changed'),
          expect: { refused: /exists already and is not/ },
        },
        { destroy: 'a' },
        { live: object, holds: { data: { a: 'theirs' } } },
      ];
    },
  },
];
