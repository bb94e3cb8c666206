import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { beginning, formatPosition, parsePosition } from './event.ts';
import { createEventId, isUuid } from './event-id.ts';

const part = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n });

describe('positions', () => {
  it('are ordered as texts as their parts are as numbers', () => {
    fc.assert(
      fc.property(part, part, part, part, (transaction, number, otherTransaction, otherNumber) => {
        const left = formatPosition(transaction, number);
        const right = formatPosition(otherTransaction, otherNumber);
        const isLess =
          transaction < otherTransaction || (transaction === otherTransaction && number < otherNumber);
        assert.equal(left < right, isLess);
        assert.deepEqual(parsePosition(left), { transactionId: transaction, position: number });
        assert.ok(beginning <= left);
      }),
    );
  });

  it('are recognised', () => {
    for (const text of [
      '',
      '1',
      '0-0',
      `${beginning}0`,
      beginning.replace('-', '_'),
      beginning.toUpperCase() + ' ',
    ]) {
      assert.throws(() => parsePosition(text), RangeError);
    }
  });
});

describe('event ids', () => {
  it('are different UUIDs, each greater than the one before', () => {
    const ids = Array.from({ length: 20_000 }, createEventId);
    assert.ok(ids.every(isUuid));
    assert.ok(ids.every((id) => /^[^-]{8}-[^-]{4}-7[^-]{3}-[89ab]/.test(id)));
    assert.equal(new Set(ids).size, ids.length);
    assert.deepEqual([...ids].sort(), ids);
  });
});
