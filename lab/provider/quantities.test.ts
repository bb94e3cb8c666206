import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { isSameScalar, parseDuration, parseQuantity } from './quantities.ts';

describe('two ways to write a quantity are the same', () => {
  const pairs: [string | number, string | number][] = [
    ['1000m', '1'],
    ['0.5', '500m'],
    ['.5', '0.50'],
    ['1Ki', '1024'],
    ['1.5Gi', '1536Mi'],
    ['1k', '1000'],
    ['1e3', '1k'],
    ['1E3', 1000],
    ['100n', '0.1u'],
    [2, '2'],
    ['-1', '-1000m'],
    ['+1', '1'],
  ];
  for (const [first, second] of pairs) {
    test(`${first} and ${second}`, () => {
      assert.ok(isSameScalar(first, second));
      assert.ok(isSameScalar(second, first));
    });
  }

  test('in whatever unit a number is written', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1_000_000, max: 1_000_000 }), (amount) => {
        assert.ok(isSameScalar(`${amount}`, `${amount * 1000}m`));
        assert.ok(isSameScalar(`${amount}Mi`, `${amount * 1024}Ki`));
        assert.equal(isSameScalar(`${amount}`, `${amount + 1}`), false);
      }),
    );
  });
});

describe('what is no quantity, duration or time', () => {
  for (const [first, second] of [
    ['1Gi', '1G'],
    ['v1', 'v1.0'],
    ['1.2.3', '1.2.30'],
    ['', '0'],
    ['true', true],
    ['1', true],
    ['0x10', '16'],
  ] as const) {
    test(`${JSON.stringify(first)} is not ${JSON.stringify(second)}`, () => {
      assert.equal(isSameScalar(first, second), false);
    });
  }

  test('is not read as one', () => {
    for (const text of ['', '.', 'm', '1 Gi', '1gi', '1KI', 'NaN', '1e', '--1']) {
      assert.equal(parseQuantity(text), undefined, text);
    }
    for (const text of ['', 's', '1', '1 s', '1d', '1s1']) assert.equal(parseDuration(text), undefined, text);
  });
});

test('durations are compared by their length', () => {
  assert.ok(isSameScalar('60s', '1m0s'));
  assert.ok(isSameScalar('1.5h', '90m'));
  assert.equal(isSameScalar('60s', '61s'), false);
});
