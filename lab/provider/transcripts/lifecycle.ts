import type { Transcript } from '../test-support/transcript.ts';
import { configMapType, definition, definitionType, groupFor } from './fixtures.ts';

/** Making, changing and removing objects. */
export const lifecycle: Transcript[] = [
  {
    title: 'an object is made, left alone, changed, and removed',
    steps: (namespace) => {
      const object = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'greeting' };
      const inputs = (data: Record<string, string>) => ({ metadata: { name: 'greeting', namespace }, data });
      return [
        {
          up: 'a',
          type: configMapType,
          inputs: inputs({ hello: 'world', bye: 'moon' }),
          expect: { operation: 'create', id: `${namespace}/greeting`, outputs: { data: { hello: 'world' } } },
        },
        { live: object, holds: { data: { hello: 'world', bye: 'moon' } } },
        {
          up: 'a',
          type: configMapType,
          inputs: inputs({ hello: 'world', bye: 'moon' }),
          expect: { operation: 'same' },
        },
        {
          up: 'a',
          type: configMapType,
          inputs: inputs({ hello: 'all', more: 'text' }),
          expect: {
            operation: 'update',
            changes: { 'data.hello': 'update', 'data.bye': 'delete', 'data.more': 'add' },
            outputs: { data: { hello: 'all', more: 'text', bye: null } },
          },
        },
        { live: object, holds: { data: { hello: 'all', more: 'text', bye: null } } },
        { refresh: 'a', expect: { operation: 'same' } },
        { destroy: 'a' },
        { absent: object },
      ];
    },
  },
  {
    title: 'a definition is made, and at once an object of its kind',
    steps: (namespace) => {
      const group = groupFor(namespace);
      const type = `kubernetes:${group}/v1:Gadget`;
      const inputs = (size: number) => ({ metadata: { name: 'one', namespace }, spec: { size } });
      const schema = {
        type: 'object',
        properties: { size: { type: 'integer' }, colour: { type: 'string', default: 'red' } },
      };
      return [
        { up: 'kind', type: definitionType, inputs: definition(group, 'Gadget', schema) },
        {
          up: 'one',
          type,
          inputs: inputs(1),
          expect: { id: `${namespace}/one`, outputs: { spec: { size: 1, colour: 'red' } } },
        },
        { refresh: 'one', expect: { operation: 'same' } },
        { refresh: 'kind', expect: { operation: 'same' } },
        { up: 'one', type, inputs: inputs(2), expect: { changes: { 'spec.size': 'update' } } },
        {
          up: 'one',
          type,
          inputs: { ...inputs(2), spec: { size: 'big' } },
          expect: { refused: /spec\.size/ },
        },
        { destroy: 'one' },
        { absent: { apiVersion: `${group}/v1`, kind: 'Gadget', namespace, name: 'one' } },
        { destroy: 'kind' },
      ];
    },
  },
  {
    title: 'an object that somebody deleted is found gone and made again',
    steps: (namespace) => {
      const object = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'lost' };
      const inputs = { metadata: { name: 'lost', namespace }, data: { a: 'b' } };
      return [
        { up: 'a', type: configMapType, inputs },
        { deleted: object },
        { refresh: 'a', expect: { operation: 'gone' } },
        { up: 'a', type: configMapType, inputs, expect: { operation: 'create' } },
        { deleted: object },
        { destroy: 'a' },
      ];
    },
  },
  {
    title: 'an object without a namespace goes to the default one',
    steps: (namespace) => [
      {
        up: 'a',
        type: configMapType,
        inputs: { metadata: { name: namespace }, data: {} },
        expect: { id: `default/${namespace}` },
      },
      {
        up: 'a',
        type: configMapType,
        inputs: { metadata: { name: namespace, namespace: 'default' }, data: {} },
        expect: { operation: 'same' },
      },
      {
        up: 'a',
        type: configMapType,
        inputs: { metadata: { name: namespace, namespace }, data: {} },
        expect: {
          operation: 'replace',
          changes: { 'metadata.namespace': 'update!' },
          id: `${namespace}/${namespace}`,
        },
      },
      { absent: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: namespace } },
    ],
  },
];
