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

/** How objects go, and what happens when they don't. */
export const deletion: Transcript[] = [
  {
    title: 'an object that a finalizer holds is told by name, with who clears it and what to do',
    ours: true,
    steps: (namespace) => {
      const object = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'held' };
      const inputs = {
        metadata: {
          name: 'held',
          namespace,
          finalizers: ['example.org/cleanup'],
          annotations: { 'pulumi.com/timeoutSeconds': '1' },
        },
      };
      const told = [
        'v1 ConfigMap [^ ]+/held is still there 1 s after its deletion',
        'finalizer example\\.org/cleanup: cleared by the controller of example\\.org',
        `kubectl patch configmaps held --namespace ${namespace} --type=merge`,
      ];
      return [
        { up: 'a', type: configMapType, inputs },
        { destroy: 'a', expect: { refused: new RegExp(told.join('[\\s\\S]*')) } },
        { live: object, holds: { metadata: { finalizers: ['example.org/cleanup'] } } },
        { patched: object, by: 'somebody', patch: { metadata: { finalizers: null } } },
        { destroy: 'a' },
        { absent: object },
      ];
    },
  },
  {
    title: 'a definition whose object does not go is told with the object that holds it',
    ours: true,
    steps: (namespace) => {
      const group = groupFor(namespace);
      const object = { apiVersion: `${group}/v1`, kind: 'Gadget', namespace, name: 'one' };
      const kind = definition(group, 'Gadget', { type: 'object' });
      const metadata = {
        ...(kind.metadata as WrittenMap),
        annotations: { 'pulumi.com/timeoutSeconds': '2' },
      };
      return [
        { up: 'kind', type: definitionType, inputs: { ...kind, metadata } },
        {
          applied: {
            apiVersion: object.apiVersion,
            kind: object.kind,
            metadata: { name: 'one', namespace, finalizers: ['example.org/cleanup'] },
          },
          by: 'somebody',
        },
        {
          destroy: 'kind',
          expect: { refused: /customresourcecleanup[\s\S]*once every object of the kind is gone/ },
        },
        { patched: object, by: 'somebody', patch: { metadata: { finalizers: null } } },
      ];
    },
  },
  {
    title: 'a namespace whose content does not go is told with what holds it',
    ours: true,
    steps: (namespace) => {
      const home = `${namespace}-home`;
      const object = { apiVersion: 'v1', kind: 'ConfigMap', namespace: home, name: 'held' };
      return [
        {
          up: 'home',
          type: 'kubernetes:core/v1:Namespace',
          // The namespace controller looks for content after five seconds.
          inputs: { metadata: { name: home, annotations: { 'pulumi.com/timeoutSeconds': '8' } } },
        },
        {
          created: {
            apiVersion: 'v1',
            kind: 'ConfigMap',
            metadata: { name: 'held', namespace: home, finalizers: ['example.org/cleanup'] },
          },
          by: 'somebody',
        },
        {
          destroy: 'home',
          expect: { refused: /Namespace [^ ]+ is still there 8 s[\s\S]*example\.org\/cleanup in 1 resource/ },
        },
        { patched: object, by: 'somebody', patch: { metadata: { finalizers: null } } },
        { destroy: 'home' },
      ];
    },
  },
  {
    title: 'dependents go first by default, and stay when the annotation says orphan',
    steps: (namespace) => {
      const inputs = (name: string, annotations: Record<string, string>): WrittenMap => {
        const { metadata, ...rest } = deployment(namespace, name, { replicas: 1 });
        return { ...rest, metadata: { ...(metadata as WrittenMap), annotations } };
      };
      return [
        { up: 'gone', type: deploymentType, inputs: inputs('gone', {}) },
        { destroy: 'gone' },
        { absent: { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'gone' } },
        {
          up: 'orphan',
          type: deploymentType,
          inputs: inputs('orphan', { 'pulumi.com/deletionPropagationPolicy': 'orphan' }),
        },
        { destroy: 'orphan' },
        { absent: { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'orphan' } },
      ];
    },
  },
  {
    title: 'an object whose kind is gone is gone too',
    steps: (namespace) => {
      const group = groupFor(namespace);
      return [
        { up: 'kind', type: definitionType, inputs: definition(group, 'Gadget', { type: 'object' }) },
        {
          up: 'one',
          type: `kubernetes:${group}/v1:Gadget`,
          inputs: { metadata: { name: 'one', namespace } },
        },
        { destroy: 'kind' },
        { refresh: 'one', expect: { operation: 'gone' } },
      ];
    },
  },
];
