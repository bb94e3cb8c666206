import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { keyHash, partitionOf } from './partitioner.ts';

describe('the partition of a key', () => {
  it("comes from the hash that Kafka's own clients use", () => {
    // Values of Kafka's own test of murmur2 (org.apache.kafka.common.utils.UtilsTest).
    const known: Record<string, number> = {
      '21': -973932308,
      foobar: -790332482,
      'a-little-bit-long-string': -985981536,
      'a-little-bit-longer-string': -1486304829,
      lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8: -58897971,
      abc: 479470107,
    };
    for (const [key, hash] of Object.entries(known)) {
      assert.equal(keyHash(Buffer.from(key)), hash & 0x7fffffff, key);
      assert.equal(partitionOf(Buffer.from(key), 12), (hash & 0x7fffffff) % 12);
    }
  });
});
