import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { VirtualClock } from '../testing/virtual-clock.ts';
import {
  comparePriority,
  currentContext,
  DeadlineExceeded,
  deriveContext,
  detachContext,
  finishContext,
  priorities,
  remainingTime,
  rootContext,
  runInContext,
  throwIfDone,
} from './index.ts';

describe('the current context', () => {
  it('is the root outside of any work', () => {
    assert.equal(currentContext(), rootContext);
    assert.equal(rootContext.priority, 'normal');
    assert.equal(remainingTime(rootContext), Number.POSITIVE_INFINITY);
    assert.equal(rootContext.signal.aborted, false);
  });

  it('follows the work through promises, timers and callbacks, side by side with others', async () => {
    const seen = await Promise.all(
      ['a', 'b', 'c'].map((tenant) =>
        runInContext(deriveContext(rootContext, { tenant }), async () => {
          await new Promise((resolve) => setImmediate(resolve));
          return new Promise((resolve) => queueMicrotask(() => resolve(currentContext().tenant)));
        }),
      ),
    );
    assert.deepEqual(seen, ['a', 'b', 'c']);
    assert.equal(currentContext(), rootContext);
  });

  it('hands on what the function returns and throws', () => {
    assert.equal(
      runInContext(rootContext, () => 7),
      7,
    );
    assert.throws(
      () =>
        runInContext(rootContext, () => {
          throw new RangeError('as it is');
        }),
      RangeError,
    );
  });
});

describe('a derived context', () => {
  it('never has more time than its parent', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ deadline: fc.integer(), timeout: fc.integer() }, { requiredKeys: [] }), {
          maxLength: 8,
        }),
        (steps) => {
          const clock = new VirtualClock();
          let context = deriveContext(rootContext, { clock });
          for (const step of steps) {
            const child = deriveContext(context, step);
            assert.ok(remainingTime(child, clock) <= remainingTime(context, clock));
            assert.ok(
              (child.deadline ?? Number.POSITIVE_INFINITY) <= (step.deadline ?? Number.POSITIVE_INFINITY),
            );
            context = child;
          }
        },
      ),
    );
  });

  it('keeps what is not changed, changes what is, and removes what is null', () => {
    const parent = deriveContext(rootContext, {
      priority: 'low',
      tenant: 'acme',
      principal: { kind: 'user', id: 'u1' },
      trace: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), flags: 1 },
      baggage: { kept: '1', removed: '2', changed: '3' },
    });
    const child = deriveContext(parent, {
      priority: undefined,
      tenant: null,
      principal: null,
      trace: null,
      baggage: { removed: null, changed: '4' },
    });
    assert.equal(child.priority, 'low');
    assert.equal(child.tenant, undefined);
    assert.equal(child.principal, undefined);
    assert.equal(child.trace, undefined);
    assert.deepEqual(child.baggage, { kept: '1', changed: '4' });
    assert.deepEqual(parent.baggage, { kept: '1', removed: '2', changed: '3' });
    assert.throws(() => Object.assign(child.baggage, { later: 'no' }), TypeError);
  });

  it('has the signal of its parent when it adds no end of its own', () => {
    const clock = new VirtualClock();
    const parent = deriveContext(rootContext, { timeout: 100, clock });
    assert.equal(deriveContext(parent, { tenant: 'acme' }).signal, parent.signal);
    assert.equal(deriveContext(parent, { timeout: 500 }).signal, parent.signal);
  });
});

describe('the signal', () => {
  it('aborts at the deadline and says so', async () => {
    const clock = new VirtualClock();
    const context = deriveContext(rootContext, { timeout: 100, clock });
    assert.equal(context.signal.aborted, false);
    await clock.advance(99);
    assert.equal(context.signal.aborted, false);
    await clock.advance(1);
    assert.equal(context.signal.aborted, true);
    assert.ok(context.signal.reason instanceof DeadlineExceeded);
    assert.equal(context.signal.reason.deadline, context.deadline);
    assert.equal(context.signal.reason.code, 'DEADLINE_EXCEEDED');
    assert.doesNotMatch(context.signal.reason.stack ?? '', /\n\s+at /);
  });

  it('is aborted from the start when the deadline has passed', () => {
    const clock = new VirtualClock();
    assert.equal(deriveContext(rootContext, { timeout: 0, clock }).signal.aborted, true);
  });

  it('holds a deadline further away than timers reach', async () => {
    const clock = new VirtualClock();
    const days40 = 40 * 86_400_000;
    const context = deriveContext(rootContext, { timeout: days40, clock });
    assert.equal(context.signal.aborted, false);
    await clock.advance(days40 - 1);
    assert.equal(context.signal.aborted, false);
    await clock.advance(1);
    assert.equal(context.signal.aborted, true);
  });

  it('aborts with the caller, for the caller’s reason, down to the last child', () => {
    const caller = new AbortController();
    const clock = new VirtualClock();
    const parent = deriveContext(rootContext, { signal: caller.signal, clock });
    const child = deriveContext(parent, { timeout: 100 });
    assert.equal(child.signal.aborted, false);
    const reason = new Error('the client hung up');
    caller.abort(reason);
    assert.equal(child.signal.reason, reason);
    assert.equal(parent.signal.reason, reason);
    assert.equal(clock.pending, 0, 'the timer of the deadline is cleared');
  });

  it('of a child leaves its parent and its siblings alone', async () => {
    const clock = new VirtualClock();
    const parent = deriveContext(rootContext, { timeout: 1_000, clock });
    const quick = deriveContext(parent, { timeout: 10 });
    const sibling = deriveContext(parent, { timeout: 500 });
    assert.deepEqual(
      [quick.signal.aborted, sibling.signal.aborted, parent.signal.aborted],
      [false, false, false],
    );
    await clock.advance(10);
    assert.deepEqual(
      [quick.signal.aborted, sibling.signal.aborted, parent.signal.aborted],
      [true, false, false],
    );
  });

  it('costs no timer until somebody asks for it, and none after the work is finished', () => {
    const clock = new VirtualClock();
    const context = deriveContext(rootContext, { timeout: 100, clock });
    assert.equal(clock.pending, 0);
    assert.equal(context.signal.aborted, false);
    assert.equal(clock.pending, 1);
    finishContext(context);
    assert.equal(clock.pending, 0);
  });

  it('lets go of the caller’s signal when the work is finished', () => {
    const process = new AbortController();
    const context = deriveContext(rootContext, { signal: process.signal });
    const { signal } = context;
    finishContext(context);
    process.abort();
    assert.equal(signal.aborted, false);
  });
});

describe('work that goes on after its request', () => {
  it('keeps identity and trace, and loses deadline and signal', () => {
    const caller = new AbortController();
    const request = deriveContext(rootContext, {
      timeout: 5,
      signal: caller.signal,
      tenant: 'acme',
      priority: 'high',
      baggage: { a: '1' },
    });
    const job = detachContext(request, { priority: 'background' });
    caller.abort();
    assert.equal(job.signal.aborted, false);
    assert.equal(job.deadline, undefined);
    assert.deepEqual([job.tenant, job.priority, job.baggage], ['acme', 'background', { a: '1' }]);
  });
});

describe('work nobody waits for', () => {
  it('is stopped after the deadline, even when nobody ever asked for the signal', async () => {
    const clock = new VirtualClock();
    const context = deriveContext(rootContext, { timeout: 10, clock });
    throwIfDone(context, clock);
    await clock.advance(10);
    assert.throws(() => throwIfDone(context, clock), DeadlineExceeded);
    assert.equal(remainingTime(context, clock), 0);
  });

  it('is stopped for the reason the caller gave', () => {
    const reason = new Error('gone');
    assert.throws(
      () => throwIfDone(deriveContext(rootContext, { signal: AbortSignal.abort(reason) })),
      reason,
    );
  });
});

describe('priorities', () => {
  it('are ordered, the most important first', () => {
    assert.deepEqual([...priorities].sort(comparePriority), [...priorities]);
    assert.ok(comparePriority('critical', 'background') < 0);
  });
});

describe('the clock of a context', () => {
  it('is its parent’s, and what its remaining time is measured on', async () => {
    const clock = new VirtualClock();
    const context = deriveContext(deriveContext(rootContext, { clock }), { timeout: 100 });
    await clock.advance(60);
    assert.equal(remainingTime(context), 40);
    await clock.advance(40);
    assert.throws(() => throwIfDone(context), DeadlineExceeded);
    assert.equal(detachContext(context, { timeout: 10 }).deadline, clock.wall() + 10);
  });
});
