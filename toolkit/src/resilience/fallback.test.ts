import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '../testing/index.ts';
import { fallback, pipeline, type ResilienceEvent, retry, TimeoutError, timeout } from './index.ts';

const down = new Error('down');
const fail = (): never => {
  throw down;
};

test('answers get worse step by step: fresh, stale, partial, fallback', async () => {
  const backed = fallback();
  const options = { stale: () => 'old', partial: () => 'half', fallback: () => 'none' };
  assert.deepEqual(await backed.answer(() => 'new', options), { value: 'new', degradation: 'fresh' });
  const expected = { reason: down };
  assert.deepEqual(await backed.answer<string>(fail, options), {
    value: 'old',
    degradation: 'stale',
    ...expected,
  });
  assert.deepEqual(await backed.answer<string>(fail, { ...options, stale: () => undefined }), {
    value: 'half',
    degradation: 'partial',
    ...expected,
  });
  const { fallback: last } = options;
  assert.deepEqual(await backed.answer<string>(fail, { fallback: last, partial: async () => fail() }), {
    value: 'none',
    degradation: 'fallback',
    ...expected,
  });
  assert.equal(await backed.execute<string>(fail, options), 'old');
  await assert.rejects(backed.execute(fail), down);
  const {
    fresh,
    stale,
    partial,
    fallback: standIns,
    failed,
    alternativesFailed,
  } = backed.snapshot().counters;
  assert.deepEqual([fresh, stale, partial, standIns, failed, alternativesFailed], [1, 2, 1, 1, 1, 1]);
});

test('the last fresh answers are remembered by key, for a while, the latest ones', async () => {
  const clock = new VirtualClock();
  const backed = fallback({ remember: { entries: 2, for: 1_000 }, clock });
  for (const key of ['a', 'b', 'a', 'c']) await backed.execute(() => `answer ${key}`, { key });
  assert.deepEqual(await backed.answer<string>(fail, { key: 'a' }), {
    value: 'answer a',
    degradation: 'stale',
    reason: down,
  });
  await assert.rejects(backed.execute(fail, { key: 'b' }), down);
  await assert.rejects(backed.execute(fail), down);
  await clock.advance(1_001);
  await assert.rejects(backed.execute(fail, { key: 'c' }), down);
});

test('work may say itself that its answer is partial; only fresh answers are remembered', async () => {
  const clock = new VirtualClock();
  const calls = pipeline([
    fallback({ remember: { entries: 9, for: 1_000 }, clock }),
    retry({ clock }),
    timeout({ after: 10, clock }),
  ]);
  const reason = new Error('no reviews');
  const answer = await calls.answer(
    (attempt) => {
      attempt.degrade('partial', reason);
      return 'without reviews';
    },
    { key: 'page' },
  );
  assert.deepEqual(answer, { value: 'without reviews', degradation: 'partial', reason });
  await assert.rejects(
    calls.execute(
      () => {
        throw Object.assign(new Error('bad request'), { retryable: false });
      },
      { key: 'page' },
    ),
    /bad request/,
  );
});

test('what a failed try said about its answer is forgotten with it', async () => {
  const clock = new VirtualClock();
  const outcome = retry({ delay: 0, clock }).answer((attempt) => {
    if (attempt.number === 1) {
      attempt.degrade('partial');
      throw down;
    }
    return 'whole';
  });
  await clock.runAll();
  assert.deepEqual(await outcome, { value: 'whole', degradation: 'fresh' });
});

test('it applies to the errors it is meant for, and tells observers why', async () => {
  const backed = fallback({ when: (error) => error instanceof TimeoutError });
  const events: ResilienceEvent[] = [];
  backed.subscribe((event) => events.push(event));
  await assert.rejects(backed.execute<string>(fail, { fallback: () => 'none' }), down);
  const late = new TimeoutError('inner', 5);
  const answer = await backed.answer<string>(() => Promise.reject(late), { fallback: () => 'none' });
  assert.equal(answer.degradation, 'fallback');
  assert.deepEqual(events, [
    { type: 'degraded', strategy: 'fallback', degradation: 'fallback', reason: late },
  ]);
});

test('a caller that leaves while a substitute is being fetched is not counted as answered', async () => {
  const clock = new VirtualClock();
  const backed = fallback({ clock });
  const controller = new AbortController();
  const outcome = assert.rejects(
    backed.execute(fail, {
      signal: controller.signal,
      stale: () => clock.sleep(100).then(() => 'old' as never),
    }),
    /left/,
  );
  await clock.advance(50);
  controller.abort(new Error('left'));
  await clock.runAll();
  await outcome;
  const { stale, cancelled } = backed.snapshot().counters;
  assert.deepEqual({ stale, cancelled }, { stale: 0, cancelled: 1 });
});

test('a caller that has left gets no substitute', async () => {
  const clock = new VirtualClock();
  const backed = fallback({ clock });
  const controller = new AbortController();
  let asked = 0;
  const outcome = assert.rejects(
    backed.execute<string>(
      async (attempt) => {
        await clock.sleep(100, attempt.signal);
        return 'fresh';
      },
      {
        signal: controller.signal,
        fallback: () => {
          asked++;
          return 'none';
        },
      },
    ),
    /left/,
  );
  controller.abort(new Error('left'));
  await outcome;
  await clock.runAll();
  assert.equal(asked, 0);
});
