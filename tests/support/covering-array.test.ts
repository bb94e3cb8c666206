import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { coveringArray } from './covering-array.ts';

const sizes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 9 });

test('every pair of values stands together in some row', () => {
  fc.assert(
    fc.property(sizes, (factors) => {
      const rows = coveringArray(factors);
      for (const [one, size] of factors.entries()) {
        for (const [other, otherSize] of factors.entries()) {
          for (let value = 0; value < size; value++) {
            for (let otherValue = 0; otherValue < otherSize; otherValue++) {
              if (one === other && value !== otherValue) continue;
              assert.ok(rows.some((row) => row[one] === value && row[other] === otherValue));
            }
          }
        }
      }
    }),
  );
});

test('rows hold one value of every factor, begin with the first of all, and none is there for nothing', () => {
  fc.assert(
    fc.property(sizes, (factors) => {
      const rows = coveringArray(factors);
      assert.deepEqual(
        rows[0],
        factors.map(() => 0),
      );
      const seen = new Set<string>();
      for (const row of rows) {
        assert.equal(row.length, factors.length);
        assert.ok(row.every((value, factor) => value >= 0 && value < (factors[factor] ?? 0)));
        const before = seen.size;
        for (const [one, value] of row.entries()) {
          for (const [other, otherValue] of row.entries()) seen.add(`${one}=${value} ${other}=${otherValue}`);
        }
        assert.ok(seen.size > before);
      }
    }),
  );
});

test('rows are few: near the product of the two largest factors, which no array can go below', () => {
  const largest = (factors: readonly number[]) => {
    const [one = 1, two = 1] = [...factors].sort((a, b) => b - a);
    return one * two;
  };
  for (const factors of [
    [1, 1, 1],
    [2, 1, 1],
    [2, 2, 1, 1],
    [3, 2, 2, 2, 1],
    [4, 3, 2, 2, 2, 2, 2],
  ]) {
    const { length } = coveringArray(factors);
    assert.ok(length >= largest(factors) && length <= largest(factors) + 3, `${factors}: ${length} rows`);
  }
});

test('a factor without values is refused', () => {
  assert.throws(() => coveringArray([2, 0]), RangeError);
});
