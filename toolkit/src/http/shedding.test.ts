import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Priority } from '../context/index.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';
import { Shedder } from './shedding.ts';

/** An event loop whose turns end, and whose idle time grows, when the test says so. */
class SteppedLoop {
  idle = 0;
  #callbacks: (() => void)[] = [];
  atEnd(callback: () => void): void {
    this.#callbacks.push(callback);
  }
  idleTime(): number {
    return this.idle;
  }
  endTurn(): void {
    for (const callback of this.#callbacks.splice(0)) callback();
  }
}

function shed() {
  const clock = new VirtualClock();
  const loop = new SteppedLoop();
  const shedder = new Shedder({ limit: false }, clock, loop);
  const ask = (priority: Priority = 'normal', isFirst = false) =>
    shedder.decide(priority, Number.POSITIVE_INFINITY, 0, isFirst);
  /** A turn in which so many requests wait that each take so long; gives how many were taken. */
  const turn = async (waiting: number, cost: number, priority: Priority = 'normal') => {
    let taken = 0;
    for (let count = 0; count < waiting; count++) {
      if (ask(priority) !== undefined) continue;
      taken += 1;
      await clock.advance(cost);
    }
    loop.endTurn();
    return taken;
  };
  return { clock, loop, shedder, ask, turn };
}

describe('shedding', () => {
  it('refuses what has less time left than the fastest answer takes', () => {
    const { shedder } = shed();
    assert.equal(shedder.decide('critical', 9, 10, false), 'deadline');
    assert.equal(shedder.decide('background', 11, 10, false), undefined);
    assert.equal(shedder.decide('normal', 0, 0, false), 'deadline');
  });

  it('works a burst off', async () => {
    const { turn } = shed();
    assert.equal(await turn(40, 10), 40);
  });

  it('takes as much a turn as the wait allows once a burst has become overload, and again all when it is over', async () => {
    const { clock, turn, shedder } = shed();
    for (let count = 0; count < 3; count++) await turn(30, 10);
    assert.equal(await turn(30, 10), 6);
    assert.equal(await turn(30, 1), 30);
    assert.ok(shedder.counts.overload > 0);
    await clock.advance(501);
    assert.equal(await turn(30, 10), 30);
  });

  it('takes a few a turn however long they take', async () => {
    const { turn } = shed();
    for (let count = 0; count < 10; count++) assert.equal(await turn(5, 300), 5);
    assert.equal(await turn(6, 300), 5);
  });

  it('prefers the more important', async () => {
    const { clock, turn, ask } = shed();
    for (let count = 0; count < 10; count++) await turn(5, 20);
    assert.equal(await turn(100, 10, 'background'), 2);
    assert.equal(await turn(100, 10, 'low'), 3);
    assert.equal(await turn(100, 10, 'normal'), 6);
    assert.equal(ask('low'), 'priority', 'a normal one had to be refused just now');
    assert.equal(await turn(100, 10, 'high'), 11);
    assert.equal(await turn(100, 10, 'critical'), 21);
    assert.equal(ask('normal'), 'priority');
    await clock.advance(251);
    assert.equal(ask('normal'), undefined);
  });

  it('counts the wait of connections that come turn after turn while the loop is never idle', async () => {
    const { clock, loop, shedder, ask } = shed();
    const accept = async (cost: number) => {
      shedder.queue.connected();
      const reason = ask('normal', true);
      if (reason === undefined) await clock.advance(cost);
      loop.endTurn();
      return reason;
    };
    let refusedAfter = 0;
    while ((await accept(10)) === undefined) refusedAfter += 10;
    assert.equal(refusedAfter, 510, 'a burst of connections is worked off');
    for (let count = 0; count < 200; count++) assert.equal(await accept(10), 'overload');
    shedder.queue.connected();
    assert.equal(ask(), undefined, 'one request of a known connection a turn');
    await clock.advance(6);
    assert.equal(ask(), 'overload');
    loop.endTurn();
    loop.idle += 1;
    assert.equal(await accept(10), undefined, 'the loop has had nothing to do: nobody waits');
  });
});
