import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { formatDuration, parseByteSize, parseDuration, parseProcessorTime, parseRate } from './index.ts';

describe('a duration', () => {
  it('reads every unit and keeps what was written', () => {
    const read = ['300ms', '2s', '5m', '1h', '7d', '2w', '1y'].map(parseDuration);
    assert.deepEqual(
      read.map(({ milliseconds }) => milliseconds),
      [300, 2_000, 300_000, 3_600_000, 604_800_000, 1_209_600_000, 31_536_000_000],
    );
    assert.equal(read[0]?.text, '300ms');
  });

  it('is written in the largest unit that holds it, and read back', () => {
    assert.deepEqual(
      [1, 1_000, 90_000, 86_400_000].map((value) => formatDuration(value).text),
      ['1ms', '1s', '90s', '1d'],
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999_999_999 }), (milliseconds) => {
        assert.equal(formatDuration(milliseconds).milliseconds, milliseconds);
      }),
    );
    assert.throws(() => formatDuration(0.5), RangeError);
    assert.throws(() => formatDuration(0), RangeError);
  });
});

describe('amounts', () => {
  it('are read with their unit', () => {
    assert.equal(parseByteSize('256Mi').bytes, 268_435_456);
    assert.equal(parseByteSize('3Ki').bytes, 3_072);
    assert.equal(parseProcessorTime('250m').cores, 0.25);
    assert.deepEqual(parseRate('600/m'), { text: '600/m', count: 600, perSecond: 10 });
    assert.equal(parseRate('200/s').perSecond, 200);
  });

  it('are refused when they are none', () => {
    const parsers = [parseDuration, parseByteSize, parseProcessorTime, parseRate];
    for (const parse of parsers) {
      for (const text of ['', '5', 'ms', '-5m', '0s', '1.5h', '5 m', '١٠s', '5minutes', 'toString']) {
        assert.throws(() => parse(text), { name: 'RangeError', message: new RegExp(`^"${text}" is not `) });
      }
    }
  });
});
