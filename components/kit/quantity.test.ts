import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { formatBytes, formatCores, quantityValue } from './quantity.ts';

describe('quantities', () => {
  for (const [text, value] of [
    ['250m', 0.25],
    ['2', 2],
    ['1.5', 1.5],
    ['64Mi', 64 * 2 ** 20],
    ['10Gi', 10 * 2 ** 30],
    ['1G', 1e9],
  ] as const) {
    test(`${text} is ${value}`, () => assert.equal(quantityValue(text), value));
  }

  for (const text of ['', 'much', '-1', '1Gb', '1 Gi']) {
    test(`"${text}" is refused`, () => assert.throws(() => quantityValue(text), RangeError));
  }

  test('in whole millicores survive being written and read', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), (millicores) => {
        assert.equal(quantityValue(formatCores(millicores / 1000)), millicores / 1000);
      }),
    );
  });

  test('in whole mebibytes below a gibibyte survive being written and read', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1023 }), (mebibytes) => {
        assert.equal(quantityValue(formatBytes(mebibytes * 2 ** 20)), mebibytes * 2 ** 20);
      }),
    );
  });
});
