import type { WrittenMap } from '../test-support/properties.ts';
import type { Transcript } from '../test-support/transcript.ts';
import {
  configMapType,
  definition,
  definitionType,
  deployment,
  deploymentType,
  groupFor,
  secretType,
} from './fixtures.ts';

interface Replacement {
  what: string;
  type: string;
  inputs(namespace: string): WrittenMap;
  changed(namespace: string): WrittenMap;
  changes: Record<string, string>;
  ours?: boolean;
}

const pod: WrittenMap = {
  restartPolicy: 'Never',
  containers: [{ name: 'main', image: 'registry.example.org/main:1' }],
};
const skipAwait = { 'pulumi.com/skipAwait': 'true' };

/** Changes that no existing object can take. */
const replacements: Replacement[] = [
  {
    what: 'a name',
    type: configMapType,
    inputs: (namespace) => ({ metadata: { name: 'one', namespace }, data: {} }),
    changed: (namespace) => ({ metadata: { name: 'two', namespace }, data: {} }),
    changes: { 'metadata.name': 'update!' },
  },
  {
    what: 'the selector of a Deployment',
    type: deploymentType,
    inputs: (namespace) => deployment(namespace, 'web', { replicas: 0 }),
    changed: (namespace) => {
      const labels = { app: 'web', tier: 'front' };
      const { spec } = deployment(namespace, 'web');
      const template = {
        metadata: { labels },
        spec: (spec as { template: { spec: WrittenMap } }).template.spec,
      };
      return deployment(namespace, 'web', { replicas: 0, selector: { matchLabels: labels }, template });
    },
    changes: { 'spec.selector.matchLabels.tier': 'add!', 'spec.template.metadata.labels.tier': 'add' },
  },
  {
    what: 'the address of a Service',
    type: 'kubernetes:core/v1:Service',
    inputs: (namespace) => ({ metadata: { name: 'web', namespace }, spec: { ports: [{ port: 80 }] } }),
    changed: (namespace) => ({
      metadata: { name: 'web', namespace },
      spec: { clusterIP: 'None', ports: [{ port: 80 }] },
    }),
    changes: { 'spec.clusterIP': 'add!' },
  },
  {
    what: 'the data of an immutable Secret',
    type: secretType,
    inputs: (namespace) => ({ metadata: { name: 'key', namespace }, immutable: true, data: { a: 'YQ==' } }),
    changed: (namespace) => ({ metadata: { name: 'key', namespace }, immutable: true, data: { a: 'Yg==' } }),
    changes: { 'data.a': 'update!' },
  },
  {
    what: 'the data of an immutable ConfigMap',
    type: configMapType,
    inputs: (namespace) => ({ metadata: { name: 'fixed', namespace }, immutable: true, data: { a: '1' } }),
    changed: (namespace) => ({ metadata: { name: 'fixed', namespace }, immutable: true, data: { a: '2' } }),
    changes: { 'data.a': 'update!' },
  },
  {
    what: 'the type of a Secret',
    type: secretType,
    inputs: (namespace) => ({ metadata: { name: 'typed', namespace }, type: 'example.org/one', data: {} }),
    changed: (namespace) => ({ metadata: { name: 'typed', namespace }, type: 'example.org/two', data: {} }),
    changes: { type: 'update!' },
  },
  {
    what: 'the template of a Job',
    type: 'kubernetes:batch/v1:Job',
    inputs: (namespace) => ({
      metadata: { name: 'once', namespace, annotations: skipAwait },
      spec: { backoffLimit: 1, template: { spec: pod } },
    }),
    changed: (namespace) => ({
      metadata: { name: 'once', namespace, annotations: skipAwait },
      spec: {
        backoffLimit: 2,
        template: { spec: { ...pod, containers: [{ name: 'main', image: 'registry.example.org/main:2' }] } },
      },
    }),
    changes: { 'spec.backoffLimit': 'update', 'spec.template.spec.containers[0].image': 'update!' },
  },
  {
    what: 'the service of a StatefulSet',
    type: 'kubernetes:apps/v1:StatefulSet',
    inputs: (namespace) => deployment(namespace, 'db', { replicas: 0, serviceName: 'one' }),
    changed: (namespace) => deployment(namespace, 'db', { replicas: 0, serviceName: 'two' }),
    changes: { 'spec.serviceName': 'update!' },
  },
  {
    what: 'the role of a RoleBinding',
    type: 'kubernetes:rbac.authorization.k8s.io/v1:RoleBinding',
    inputs: (namespace) => binding(namespace, 'one'),
    changed: (namespace) => binding(namespace, 'two'),
    changes: { 'roleRef.name': 'update!' },
  },
  {
    what: 'the provisioner of a StorageClass',
    type: 'kubernetes:storage.k8s.io/v1:StorageClass',
    inputs: (namespace) => ({ metadata: { name: namespace }, provisioner: 'example.org/one' }),
    changed: (namespace) => ({ metadata: { name: namespace }, provisioner: 'example.org/two' }),
    changes: { provisioner: 'update!' },
  },
  {
    what: 'the access modes of a PersistentVolumeClaim',
    type: 'kubernetes:core/v1:PersistentVolumeClaim',
    inputs: (namespace) => claim(namespace, 'ReadWriteOnce'),
    changed: (namespace) => claim(namespace, 'ReadOnlyMany'),
    changes: { 'spec.accessModes[0]': 'update!' },
  },
];

export const replacement: Transcript[] = [
  ...replacements.map(({ what, type, inputs, changed, changes, ours }): Transcript => ({
    title: `${what} can't be changed, so the object is replaced`,
    ...(ours === undefined ? {} : { ours }),
    steps: (namespace) => [
      { up: 'a', type, inputs: inputs(namespace) },
      { up: 'a', type, inputs: inputs(namespace), expect: { operation: 'same' } },
      { preview: 'a', type, inputs: changed(namespace), expect: { operation: 'replace', changes } },
      { up: 'a', type, inputs: changed(namespace), expect: { operation: 'replace', changes } },
      { up: 'a', type, inputs: changed(namespace), expect: { operation: 'same' } },
      { refresh: 'a', expect: { operation: 'same' } },
    ],
  })),
  {
    title: 'an object with a given name goes before its successor comes, one with a generated name after',
    steps: (namespace) => {
      const inputs = (metadata: WrittenMap, value: string) => ({
        metadata,
        immutable: true,
        data: { a: value },
      });
      return [
        { up: 'given', type: configMapType, inputs: inputs({ name: 'given', namespace }, '1') },
        {
          up: 'given',
          type: configMapType,
          inputs: inputs({ name: 'given', namespace }, '2'),
          expect: { operation: 'replace', deleteBeforeReplace: true },
        },
        {
          live: { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'given' },
          holds: { data: { a: '2' } },
        },
        { up: 'made', type: configMapType, inputs: inputs({ namespace }, '1') },
        {
          up: 'made',
          type: configMapType,
          inputs: inputs({ namespace }, '2'),
          expect: { operation: 'replace', deleteBeforeReplace: false, changes: { 'data.a': 'update!' } },
        },
        { refresh: 'made', expect: { operation: 'same' } },
      ];
    },
  },
  {
    title: 'a field that a definition calls immutable makes a replacement',
    ours: true,
    steps: (namespace) => {
      const group = groupFor(namespace);
      const type = `kubernetes:${group}/v1:Disk`;
      const schema = {
        type: 'object',
        properties: {
          zone: {
            type: 'string',
            'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'zone is immutable' }],
          },
          size: { type: 'integer' },
        },
      };
      const inputs = (zone: string, size: number) => ({
        metadata: { name: 'one', namespace },
        spec: { zone, size },
      });
      return [
        { up: 'kind', type: definitionType, inputs: definition(group, 'Disk', schema) },
        { up: 'one', type, inputs: inputs('a', 1) },
        { up: 'one', type, inputs: inputs('a', 2), expect: { operation: 'update' } },
        {
          up: 'one',
          type,
          inputs: inputs('b', 3),
          expect: { operation: 'replace', changes: { 'spec.zone': 'update!', 'spec.size': 'update' } },
        },
      ];
    },
  },
];

function binding(namespace: string, role: string): WrittenMap {
  return {
    metadata: { name: 'reader', namespace },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: role },
    subjects: [{ kind: 'ServiceAccount', name: 'default', namespace }],
  };
}

function claim(namespace: string, mode: string): WrittenMap {
  return {
    metadata: { name: 'data', namespace },
    spec: { accessModes: [mode], storageClassName: 'none', resources: { requests: { storage: '1024Mi' } } },
  };
}
