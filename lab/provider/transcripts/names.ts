import type { Transcript } from '../test-support/transcript.ts';
import { configMapType } from './fixtures.ts';

/** Given and generated names; what is refused before anything is done. */
export const names: Transcript[] = [
  {
    title: 'a name that is not given is generated once and kept',
    steps: (namespace) => [
      {
        up: 'settings',
        type: configMapType,
        inputs: { metadata: { namespace }, data: { a: '1' } },
        expect: { id: new RegExp(`^${namespace}/settings-[0-9a-f]{8}$`) },
      },
      {
        up: 'settings',
        type: configMapType,
        inputs: { metadata: { namespace }, data: { a: '2' } },
        expect: { operation: 'update', changes: { 'data.a': 'update' } },
      },
      { refresh: 'settings', expect: { operation: 'same' } },
    ],
  },
  {
    title: 'a generated name begins with generateName',
    ours: true,
    steps: (namespace) => [
      {
        up: 'settings',
        type: configMapType,
        inputs: { metadata: { namespace, generateName: 'batch-' }, data: {} },
        expect: { id: new RegExp(`^${namespace}/batch-[0-9a-f]{8}$`) },
      },
    ],
  },
  {
    title: 'a name that no object can have is refused at its path',
    ours: true,
    steps: (namespace) => [
      ...['Upper', 'two words', '.dot', 'dot.', 'a..b', 'a/b', ''].map((name) => ({
        up: 'bad',
        type: configMapType,
        inputs: { metadata: { name, namespace } },
        expect: { refused: /^metadata\.name: "/ },
      })),
      {
        up: 'good',
        type: configMapType,
        inputs: { metadata: { name: 'a.b-c', namespace }, data: {} },
        expect: { operation: 'create' as const },
      },
      {
        up: 'role',
        type: 'kubernetes:rbac.authorization.k8s.io/v1:Role',
        inputs: { metadata: { name: 'system:Reader', namespace }, rules: [] },
        expect: { operation: 'create' as const },
      },
    ],
  },
  {
    title: 'everything wrong with a resource is told at once, each at its path',
    ours: true,
    steps: () => [
      {
        up: 'bad',
        type: configMapType,
        inputs: {
          kind: 'Secret',
          metadata: {
            name: 'No',
            namespace: 'a.b',
            annotations: {
              'pulumi.com/timeoutSeconds': 'soon',
              'pulumi.com/waitFor': 'a miracle',
              'pulumi.com/deletionPropagationPolicy': 'hard',
            },
          },
        },
        expect: {
          refused:
            /^kind: must be "ConfigMap".*\nmetadata\.name: .*\nmetadata\.namespace: .*\n.*deletionPropagationPolicy"\]: .*\n.*timeoutSeconds"\]: .*\n.*waitFor"\]: .*$/,
        },
      },
    ],
  },
  {
    title: 'what the provider does not serve is refused by name',
    ours: true,
    steps: () =>
      [
        'kubernetes:helm.sh/v3:Release',
        'kubernetes:helm.sh/v4:Chart',
        'kubernetes:yaml:ConfigFile',
        'kubernetes:yaml/v2:ConfigGroup',
        'kubernetes:kustomize:Directory',
        'kubernetes:apps/v1:DeploymentPatch',
        'kubernetes:core/v1:ConfigMapList',
      ].map((type) => ({
        up: 'x',
        type,
        inputs: {},
        expect: { refused: /the lab's provider does not serve/ },
      })),
  },
];
