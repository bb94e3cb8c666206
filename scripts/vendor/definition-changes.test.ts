import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Manifest } from '../../components/kit/manifest.ts';
import { definitionChanges } from './definition-changes.ts';

interface Version {
  name: string;
  served: boolean;
  storage: boolean;
  fields: Record<string, { required: boolean }>;
}

const fields = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.record({ required: fc.boolean() }));
const version = fc.record({ served: fc.boolean(), fields });
const versions = fc
  .tuple(
    fc.dictionary(fc.constantFrom('v1', 'v1beta1', 'v2'), version, { minKeys: 1, noNullPrototype: true }),
    fc.nat(),
  )
  .map(([all, stored]): Version[] =>
    Object.entries(all).map(([name, one], index, { length }) => ({
      ...one,
      name,
      storage: index === stored % length,
    })),
  );

function definition(name: string, all: readonly Version[]): Manifest {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name },
    spec: {
      versions: all.map(({ name: version, served, storage, fields: inner }) => ({
        name: version,
        served,
        storage,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: { spec: { type: 'object', properties: keyed(inner), required: requiredOf(inner) } },
          },
        },
      })),
    },
  };
}

function keyed(inner: Version['fields']): object {
  return Object.fromEntries(Object.keys(inner).map((name) => [name, { type: 'string' }]));
}

function requiredOf(inner: Version['fields']): string[] {
  return Object.keys(inner).filter((name) => inner[name]?.required);
}

test('a definition is not changed against itself, in whatever order its versions stand', () => {
  fc.assert(
    fc.property(versions, (all) => {
      assert.deepEqual(definitionChanges([definition('x', all)], [definition('x', all.toReversed())]), []);
    }),
  );
});

test('every version, field and duty that is new or gone is told, and nothing else', () => {
  fc.assert(
    fc.property(versions, versions, (old, now) => {
      const [change] = definitionChanges([definition('x', old)], [definition('x', now)]);
      const served = (all: readonly Version[]) => all.filter((one) => one.served).map(({ name }) => name);
      const both = old.filter(({ name }) => now.some((one) => one.name === name));
      const pairs = both.map((one) => [one, now.find(({ name }) => name === one.name) as Version] as const);
      const told = (pick: (one: Version, other: Version) => string[]) =>
        pairs.flatMap(([one, other]) => pick(one, other).map((name) => `${one.name}: spec.${name}`)).sort();
      const without = (one: readonly string[], other: readonly string[]) =>
        one.filter((name) => !other.includes(name));
      const names = ({ fields: inner }: Version) => Object.keys(inner);
      const [before, after] = [old, now].map((all) => all.find(({ storage }) => storage)?.name);
      const expected = {
        versionsGone: without(served(old), served(now)).sort(),
        versionsNew: without(served(now), served(old)).sort(),
        storage: before === after ? undefined : { before, after },
        fieldsGone: told((one, other) => without(names(one), names(other))),
        fieldsNew: told((one, other) => without(names(other), names(one))),
        fieldsRequired: told((one, other) => without(requiredOf(other.fields), requiredOf(one.fields))),
      };
      const found = {
        versionsGone: [...(change?.versionsGone ?? [])].sort(),
        versionsNew: [...(change?.versionsNew ?? [])].sort(),
        storage: change?.storage,
        fieldsGone: [...(change?.fieldsGone ?? [])].sort(),
        fieldsNew: [...(change?.fieldsNew ?? [])].sort(),
        fieldsRequired: [...(change?.fieldsRequired ?? [])].sort(),
      };
      assert.deepEqual(found, expected);
    }),
  );
});

test('a definition that comes or goes is told as one', () => {
  fc.assert(
    fc.property(versions, (all) => {
      const [added] = definitionChanges([], [definition('x', all)]);
      const [removed] = definitionChanges([definition('x', all)], []);
      assert.deepEqual([added?.change, removed?.change], ['added', 'removed']);
    }),
  );
});
