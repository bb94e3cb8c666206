import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { differences } from './differences.ts';
import { project } from './projection.ts';
import { formatPath, valueAt } from './property-paths.ts';
import { isMap, type PropertyMap, type PropertyValue } from './property-values.ts';

const scalar = fc.oneof(fc.string(), fc.integer(), fc.boolean());
const names = fc.string({ minLength: 1, maxLength: 6 }).filter((name) => name !== '__proto__');
const { value: anyValue } = fc.letrec<{ value: PropertyValue; map: PropertyMap }>((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, scalar, fc.array(tie('value'), { maxLength: 4 }), tie('map')),
  map: fc.dictionary(names, tie('value'), { maxKeys: 5, noNullPrototype: true }),
}));
const anyMap = fc.dictionary(names, anyValue, { maxKeys: 5, noNullPrototype: true });

describe('a live object seen through its inputs', () => {
  test('is the inputs when it is the same', () => {
    fc.assert(
      fc.property(anyMap, (object) => {
        assert.deepEqual(project(structuredClone(object), object), object);
      }),
    );
  });

  test('is the inputs when the server only added fields', () => {
    fc.assert(
      fc.property(anyMap, anyValue, (object, extra) => {
        assert.deepEqual(project(grown(object, extra), object), object);
      }),
    );
  });

  test('shows a changed text at its place', () => {
    fc.assert(
      fc.property(anyMap, names, fc.string(), (object, name, text) => {
        const inputs = { spec: { ...object, [name]: `${text}!` } };
        const live = { spec: { ...object, [name]: `${text}?` } };
        assert.deepEqual(
          differences(project(live, inputs), inputs).map(({ path }) => path),
          [['spec', name]],
        );
      }),
    );
  });

  const written: [string, PropertyValue, PropertyValue][] = [
    ['a quantity in another unit', '1000m', '1'],
    ['a quantity as a number', 1, '1'],
    ['a binary quantity', '1024Mi', '1Gi'],
    ['a duration', '90s', '1m30s'],
    ['a time', '2026-01-02T03:04:05Z', '2026-01-02T03:04:05.000000Z'],
    ['an empty list that is not stored', [], null],
    ['a false that is not stored', false, null],
  ];
  for (const [what, input, live] of written) {
    test(`keeps the inputs' way to write ${what}`, () => {
      const inputs: PropertyMap = { spec: { field: input } };
      const spec: PropertyMap = live === null ? {} : { field: live };
      assert.deepEqual(project({ spec }, inputs), inputs);
    });
  }

  test("leaves the user's own texts alone", () => {
    for (const part of ['data', 'metadata']) {
      assert.deepEqual(project({ [part]: { a: '1' } }, { [part]: { a: '1000m' } }), { [part]: { a: '1' } });
    }
  });

  test('matches a merged list by its keys, whatever the order and whoever added to it', () => {
    const all = {
      'f:spec': { 'f:ports': { 'k:{"port":80,"protocol":"TCP"}': {}, 'k:{"port":53,"protocol":"UDP"}': {} } },
    };
    const inputs = { spec: { ports: [{ port: 80, name: 'web' }] } };
    const ports: PropertyMap[] = [
      { port: 53, protocol: 'UDP' },
      { port: 80, protocol: 'TCP', name: 'web', targetPort: 80 },
    ];
    assert.deepEqual(project({ spec: { ports } }, inputs, { all, ours: all }), inputs);
    assert.deepEqual(project({ spec: { ports: ports.slice(0, 1) } }, inputs, { all, ours: all }), {
      spec: { ports: [] },
    });
  });

  test('counts the members of a set once, whatever the order', () => {
    const all = { 'f:spec': { 'f:hosts': { 'v:"a"': {}, 'v:"b"': {}, 'v:"c"': {} } } };
    const inputs = { spec: { hosts: ['a', 'b'] } };
    assert.deepEqual(project({ spec: { hosts: ['c', 'b', 'a'] } }, inputs, { all }), inputs);
    assert.deepEqual(project({ spec: { hosts: ['c', 'b'] } }, inputs, { all }), { spec: { hosts: ['b'] } });
  });

  test('shows everything in a whole value that somebody else has set', () => {
    const all = { 'f:spec': { 'f:nodeSelector': {} } };
    const inputs = { spec: { nodeSelector: { disk: 'fast' } } };
    const live = { spec: { nodeSelector: { disk: 'fast', zone: 'a' } } };
    assert.deepEqual(project(live, inputs, { all, ours: all }), inputs);
    assert.deepEqual(project(live, inputs, { all, ours: {} }), live);
  });
});

describe('the differences of two values', () => {
  test('are none when they are equal', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        assert.deepEqual(differences(value, structuredClone(value)), []);
      }),
    );
  });

  test('are at places where they really differ, each once', () => {
    fc.assert(
      fc.property(anyMap, anyMap, (before, after) => {
        const found = differences(before, after);
        const paths = found.map(({ path }) => JSON.stringify(path));
        assert.equal(new Set(paths).size, paths.length);
        for (const { path } of found)
          assert.notDeepEqual(valueAt(before, path), valueAt(after, path), formatPath(path));
        assert.equal(found.length === 0, JSON.stringify(sorted(before)) === JSON.stringify(sorted(after)));
      }),
    );
  });
});

/** The same with one more member in every map. */
function grown(value: PropertyMap, extra: PropertyValue): PropertyMap {
  const members = Object.entries(value).map(([name, member]) => [
    name,
    isMap(member) ? grown(member, extra) : member,
  ]);
  return { ...Object.fromEntries(members), 'added by the server': extra };
}

function sorted(value: PropertyValue): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isMap(value)) return value;
  return Object.entries(value)
    .sort(([first], [second]) => (first < second ? -1 : 1))
    .map(([name, member]) => [name, sorted(member)]);
}
