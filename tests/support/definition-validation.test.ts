import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Manifest } from '../../components/kit/manifest.ts';
import { definitionValidator } from './definition-validation.ts';

function judge(spec: Record<string, unknown>, value: unknown): string[] {
  const definition: Manifest = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'gadgets.example.org' },
    spec: {
      versions: [
        {
          name: 'v1',
          served: true,
          schema: { openAPIV3Schema: { type: 'object', required: ['spec'], properties: { spec } } },
        },
        { name: 'v1alpha1', served: false, schema: { openAPIV3Schema: { type: 'object' } } },
      ],
    },
  };
  const object = { apiVersion: 'example.org/v1', kind: 'Gadget', metadata: { name: 'a' }, spec: value };
  return definitionValidator(definition, 'v1')(object);
}

function object(properties: Record<string, unknown>, more: Record<string, unknown> = {}) {
  return { type: 'object', properties, ...more };
}

describe('a custom resource is refused for', () => {
  const cases: [string, Record<string, unknown>, unknown, RegExp][] = [
    ['a field that the definition does not know', object({}), { colour: 'red' }, /^\/spec\/colour: /],
    [
      'an unknown field inside a list',
      object({ list: { type: 'array', items: object({}) } }),
      { list: [{ a: 1 }] },
      /^\/spec\/list\/0\/a: /,
    ],
    [
      'an unknown field inside a map',
      object({ map: { type: 'object', additionalProperties: object({}) } }),
      { map: { x: { a: 1 } } },
      /^\/spec\/map\/x\/a: /,
    ],
    ['a wrong type', object({ size: { type: 'integer' } }), { size: '3' }, /^\/spec\/size: must be integer/],
    [
      'a value outside an enumeration',
      object({ kind: { type: 'string', enum: ['a', 'b'] } }),
      { kind: 'c' },
      /^\/spec\/kind: /,
    ],
    [
      'a text that does not match',
      object({ size: { type: 'string', pattern: '^[0-9]+Gi$' } }),
      { size: 'big' },
      /pattern/,
    ],
    ['a missing field', object({ a: { type: 'string' } }, { required: ['a'] }), {}, /required property 'a'/],
    ['null where nothing allows it', object({ a: { type: 'string' } }), { a: null }, /must be string/],
    ['a number that is too small', object({ a: { type: 'integer', minimum: 1 } }), { a: 0 }, />= 1/],
    [
      'neither a number nor a text',
      object({ port: { 'x-kubernetes-int-or-string': true } }),
      { port: true },
      /integer,string/,
    ],
    [
      'two items with the same key',
      object({
        list: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
          items: object({ name: { type: 'string' } }),
        },
      }),
      { list: [{ name: 'a' }, { name: 'a' }] },
      /same keys/,
    ],
    [
      'the same item twice in a set',
      object({ list: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } } }),
      { list: ['a', 'a'] },
      /same keys/,
    ],
    [
      'breaking one of several alternatives',
      object({ a: { type: 'string' } }, { oneOf: [{ required: ['a'] }] }),
      {},
      /oneOf|required/,
    ],
  ];
  for (const [name, schema, value, problem] of cases) {
    test(name, () => {
      const problems = judge(schema, value);
      assert.ok(
        problems.some((one) => problem.test(one)),
        `${problem} is not in ${JSON.stringify(problems)}`,
      );
    });
  }
});

describe('a custom resource is accepted with', () => {
  const cases: [string, Record<string, unknown>, unknown][] = [
    [
      'any field where unknown ones are kept',
      object({ a: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }),
      { a: { b: { c: 1 } } },
    ],
    [
      'a number or a text',
      object({ one: { 'x-kubernetes-int-or-string': true }, other: { 'x-kubernetes-int-or-string': true } }),
      { one: 1, other: '10%' },
    ],
    ['null where it is allowed', object({ a: { type: 'string', nullable: true } }), { a: null }],
    [
      'a required field that has a default',
      object({ a: { type: 'string', default: 'x' } }, { required: ['a'] }),
      {},
    ],
    [
      'a text that matches without regard to case, as Go writes it',
      object({ action: { type: 'string', pattern: '^(?i)(abort|warn)?$' } }),
      { action: 'Warn' },
    ],
    [
      'any key in a map',
      object({ map: { type: 'object', additionalProperties: { type: 'string' } } }),
      { map: { any: 'text' } },
    ],
  ];
  for (const [name, schema, value] of cases) {
    test(name, () => assert.deepEqual(judge(schema, value), []));
  }
});

test('a version that is not served has no validator', () => {
  const definition: Manifest = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'gadgets.example.org' },
    spec: { versions: [{ name: 'v1', served: false, schema: { openAPIV3Schema: { type: 'object' } } }] },
  };
  assert.throws(() => definitionValidator(definition, 'v1'), /gadgets.example.org serves no version v1/);
});
