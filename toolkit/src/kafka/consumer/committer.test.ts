import assert from 'node:assert/strict';
import { it } from 'node:test';
import { VirtualClock } from '../../testing/index.ts';
import { Committer } from './committer.ts';
import { OffsetTracker } from './offset-tracker.ts';
import type { PartitionWork } from './partition-work.ts';

it('commits what is done while a commit takes longer than the interval between two', async () => {
  const clock = new VirtualClock();
  const [offsets, delayOffsets] = [new OffsetTracker(), new OffsetTracker()];
  const place = { topic: 't', partition: 0 };
  const work = { place, delayPlace: { topic: 't.delay', partition: 0 }, offsets, delayOffsets };
  const committed: number[] = [];
  const slow = Promise.withResolvers<void>();
  const committer = new Committer({
    clock,
    interval: 100,
    works: () => [work as PartitionWork],
    commit: async ([first]) => {
      committed.push(first?.offset ?? -1);
      if (committed.length === 1) await slow.promise;
    },
    failed: assert.ifError,
  });
  const handle = (offset: number): void => {
    offsets.begin(offset);
    offsets.done(offset);
    committer.progressed();
  };
  handle(0);
  await clock.advance(100);
  assert.deepEqual(committed, [1]);
  handle(1);
  // The broker is in no hurry.
  await clock.advance(500);
  assert.deepEqual(committed, [1]);
  slow.resolve();
  await clock.advance(100);
  assert.deepEqual(committed, [1, 2]);
  handle(2);
  await clock.advance(100);
  assert.deepEqual(committed, [1, 2, 3]);
});
