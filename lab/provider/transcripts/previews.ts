import { secret, unknown, type Written, type WrittenMap } from '../test-support/properties.ts';
import type { Transcript } from '../test-support/transcript.ts';
import {
  configMapType,
  definition,
  definitionType,
  deployment,
  deploymentType,
  groupFor,
} from './fixtures.ts';

/** What can be said before anything is done. */
export const previews: Transcript[] = [
  {
    title: 'a preview tells the defaults, leaves what the server makes up unknown, and makes nothing',
    ours: true,
    steps: (namespace) => [
      {
        preview: 'a',
        type: deploymentType,
        inputs: deployment(namespace, 'web'),
        expect: {
          operation: 'create',
          outputs: { spec: { progressDeadlineSeconds: 600 }, status: null },
          unknown: ['metadata.uid', 'metadata.resourceVersion'],
        },
      },
      { absent: { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'web' } },
    ],
  },
  {
    title: 'unknown inputs stay unknown in the preview of a new and of an existing object',
    steps: (namespace) => {
      const inputs = (value: Written): WrittenMap => ({
        metadata: { name: 'a', namespace },
        data: { a: value, b: 'known' },
      });
      return [
        {
          preview: 'a',
          type: configMapType,
          inputs: inputs(unknown),
          expect: { unknown: ['data.a'], outputs: { data: { b: 'known' } } },
        },
        { up: 'a', type: configMapType, inputs: inputs('1') },
        {
          preview: 'a',
          type: configMapType,
          inputs: inputs(unknown),
          expect: {
            operation: 'update',
            changes: { 'data.a': 'update' },
            unknown: ['data.a'],
            outputs: { data: { b: 'known' } },
          },
        },
        { refresh: 'a', expect: { operation: 'same' } },
      ];
    },
  },
  {
    title: 'an unknown and secret input stays both',
    ours: true,
    steps: (namespace) => [
      {
        preview: 'a',
        type: configMapType,
        inputs: { metadata: { name: 'a', namespace }, data: { a: secret(unknown) } },
        expect: { unknown: ['data.a'], secrets: ['data.a'] },
      },
    ],
  },
  {
    title: 'what the server would refuse is refused in the preview',
    steps: (namespace) => {
      const inputs = (replicas: number) => deployment(namespace, 'web', { replicas });
      return [
        {
          preview: 'a',
          type: 'kubernetes:core/v1:Service',
          inputs: { metadata: { name: 'web', namespace }, spec: { ports: [{ port: 99_999 }] } },
          expect: { refused: /spec\.ports\[0\]\.port/ },
        },
        { up: 'b', type: deploymentType, inputs: inputs(0) },
        { preview: 'b', type: deploymentType, inputs: inputs(-1), expect: { refused: /spec\.replicas/ } },
      ];
    },
  },
  {
    title: 'an object whose kind or namespace is yet to be made is previewed by its inputs',
    steps: (namespace) => {
      const group = groupFor(namespace);
      return [
        {
          preview: 'a',
          type: `kubernetes:${group}/v1:Gadget`,
          inputs: { metadata: { name: 'a', namespace }, spec: { size: 1 } },
          expect: { operation: 'create', outputs: { spec: { size: 1 } } },
        },
        {
          preview: 'b',
          type: configMapType,
          inputs: { metadata: { name: 'a', namespace: `${namespace}-later` }, data: { a: 'b' } },
          expect: { operation: 'create', outputs: { data: { a: 'b' } } },
        },
        {
          preview: 'c',
          type: 'kubernetes:core/v1:Pod',
          inputs: {
            metadata: { name: 'a', namespace },
            spec: {
              serviceAccountName: 'later',
              containers: [{ name: 'main', image: 'registry.example.org/main:1' }],
            },
          },
          expect: { operation: 'create' },
        },
      ];
    },
  },
  {
    title: 'the preview of a change tells what would come of it and changes nothing',
    steps: (namespace) => {
      const inputs = (value: string) => ({ metadata: { name: 'a', namespace }, data: { a: value } });
      return [
        { up: 'a', type: configMapType, inputs: inputs('1') },
        {
          preview: 'a',
          type: configMapType,
          inputs: inputs('2'),
          expect: { operation: 'update', outputs: { data: { a: '2' } } },
        },
        { live: { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'a' }, holds: { data: { a: '1' } } },
        { refresh: 'a', expect: { operation: 'same' } },
      ];
    },
  },
  {
    title: 'a definition does not carry its schemas twice',
    ours: true,
    steps: (namespace) => [
      {
        up: 'kind',
        type: definitionType,
        inputs: definition(groupFor(namespace), 'Gadget', {
          type: 'object',
          properties: { a: { type: 'string' } },
        }),
        expect: {
          outputs: {
            metadata: { managedFields: null },
            spec: { names: { kind: 'Gadget' }, versions: [{ name: 'v1', schema: null }] },
          },
        },
      },
      { refresh: 'kind', expect: { operation: 'same' } },
      {
        up: 'kind',
        type: definitionType,
        inputs: definition(groupFor(namespace), 'Gadget', {
          type: 'object',
          properties: { a: { type: 'integer' } },
        }),
        expect: {
          changes: { 'spec.versions[0].schema.openAPIV3Schema.properties.spec.properties.a.type': 'update' },
        },
      },
    ],
  },
];
