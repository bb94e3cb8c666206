import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { valueChanges } from './value-changes.ts';

const name = fc.stringMatching(/^[a-z]{1,3}$/);
const leaf = fc.oneof(fc.nat(9), fc.boolean(), name, fc.constant(null));
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.dictionary(name, tie('value'), { maxKeys: 3, noNullPrototype: true }),
    fc.array(tie('value'), { maxLength: 3 }),
    // Named items, some lists with a name that is there twice.
    fc.array(fc.record({ name, size: fc.nat(3) }, { noNullPrototype: true }), { maxLength: 3 }),
  ),
}));

test('what is the same has no changes, and what differs has some', () => {
  fc.assert(
    fc.property(value, value, (one, other) => {
      assert.deepEqual(valueChanges(one, structuredClone(one)), []);
      const changes = valueChanges(one, other);
      assert.equal(changes.length === 0, isSame(one, other), JSON.stringify([one, other]));
      assert.equal(new Set(changes.map(({ path }) => path)).size, changes.length, 'each path once');
    }),
  );
});

test('the way back shows the same paths, the other way round', () => {
  fc.assert(
    fc.property(value, value, (one, other) => {
      const there = valueChanges(one, other).map(({ path, before, after }) => ({ path, before, after }));
      const back = valueChanges(other, one).map(({ path, before, after }) => ({
        path,
        before: after,
        after: before,
      }));
      const byPath = (a: { path: string }, b: { path: string }) => (a.path < b.path ? -1 : 1);
      assert.deepEqual(there.sort(byPath), back.sort(byPath));
    }),
  );
});

test('items of lists are known by their names, wherever they stand', () => {
  const [a, b] = [
    { name: 'a', image: '1' },
    { name: 'b', image: '1' },
  ];
  assert.deepEqual(valueChanges({ list: [a, b] }, { list: [{ ...b, image: '2' }, a] }), [
    { path: 'list[name=b].image', before: '1', after: '2' },
  ]);
});

/** Whether two values are the same when the order of named items does not count. */
function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(ordered(one)) === JSON.stringify(ordered(other));
}

function ordered(one: unknown): unknown {
  if (Array.isArray(one)) {
    const items = one.map(ordered);
    const nameOf = (item: unknown) => (item as { name?: unknown } | null)?.name;
    const names = items.map(nameOf);
    return names.every((one) => typeof one === 'string') && new Set(names).size === names.length
      ? items.sort((x, y) => (String(nameOf(x)) < String(nameOf(y)) ? -1 : 1))
      : items;
  }
  if (typeof one !== 'object' || one === null) return one;
  return Object.fromEntries(
    Object.entries(one)
      .map(([key, inner]) => [key, ordered(inner)] as const)
      .sort(([x], [y]) => (x < y ? -1 : 1)),
  );
}
