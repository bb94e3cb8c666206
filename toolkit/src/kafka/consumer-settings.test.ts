import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { kafkaConsumer, MemoryKafka } from './index.ts';

describe('options of a consumer', () => {
  it('are refused with everything that makes no sense', () => {
    const driver = new MemoryKafka();
    assert.throws(
      () =>
        kafkaConsumer({
          driver,
          group: '',
          concurrency: 0,
          highWater: 1.5,
          handlerTime: -1,
          commitInterval: Number.NaN,
          retry: { attempts: 0, delay: Number.POSITIVE_INFINITY },
        }),
      (error: unknown) => {
        assert.ok(error instanceof TypeError);
        assert.deepEqual(
          error.message.split('\n').map((line) => line.split(' ')[0]),
          [
            'group',
            'concurrency',
            'highWater',
            'retry.attempts',
            'handlerTime',
            'retry.delay',
            'commitInterval',
          ],
        );
        return true;
      },
    );
  });
});
