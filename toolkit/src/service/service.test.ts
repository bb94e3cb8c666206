import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { VirtualClock } from '../testing/virtual-clock.ts';
import { type Component, createService, type ServiceOptions } from './index.ts';

/** Components that write down what they are told. */
function recorded(names: readonly string[], more: Record<string, Partial<Component>> = {}) {
  const log: string[] = [];
  const components = names.map((name): Component => {
    const note = (phase: string) => () => void log.push(`${phase} ${name}`);
    return {
      name,
      start: note('start'),
      prepareStop: note('prepareStop'),
      stopAccepting: note('stopAccepting'),
      drain: note('drain'),
      close: note('close'),
      ...more[name],
    };
  });
  return { log, components };
}

const create = (options: Partial<ServiceOptions> & Pick<ServiceOptions, 'components'>) =>
  createService({ management: false, noticeTime: 0, ...options });

describe('the life of a service', () => {
  it('goes through its components in order, and back through each phase', async () => {
    const { log, components } = recorded(['database', 'server']);
    const service = create({ components });
    await service.start();
    assert.equal(service.state, 'ready');
    await service.stop();
    assert.equal(service.state, 'stopped');
    assert.deepEqual(log, [
      'start database',
      'start server',
      'prepareStop server',
      'prepareStop database',
      'stopAccepting server',
      'stopAccepting database',
      'drain server',
      'drain database',
      'close server',
      'close database',
    ]);
  });

  it('takes readiness off, waits, and only then takes no new work', async () => {
    const clock = new VirtualClock();
    const { log, components } = recorded(['server']);
    const service = create({ components, clock, noticeTime: 5_000 });
    await service.start();
    assert.equal((await service.readiness()).healthy, true);
    const stopped = service.stop();
    assert.deepEqual(await service.readiness(), {
      healthy: false,
      problem: 'the service is stopping',
      checks: [],
    });
    await clock.advance(4_999);
    assert.deepEqual(log, ['start server', 'prepareStop server']);
    await clock.advance(1);
    await stopped;
    assert.equal(log.at(-1), 'close server');
    assert.equal(clock.pending, 0);
  });

  it('gives work at hand its time, and no more', async () => {
    const clock = new VirtualClock();
    const problems: string[] = [];
    let gaveUp = false;
    const { log, components } = recorded(['slow', 'quick'], {
      slow: {
        drain: (signal) =>
          new Promise<void>((resolve) => {
            signal.addEventListener('abort', () => {
              gaveUp = true;
              resolve();
            });
          }),
      },
    });
    const onStopProblem = (error: unknown, component: string) =>
      void problems.push(`${component}: ${(error as Error).message}`);
    const service = create({ components, clock, drainTime: 1_000, onStopProblem });
    await service.start();
    const stopped = service.stop();
    await clock.advance(999);
    assert.equal(gaveUp, false);
    await clock.advance(1);
    await stopped;
    assert.equal(gaveUp, true);
    assert.deepEqual(problems, ['drain: work was still at hand after 1000 ms']);
    assert.deepEqual(log.slice(-2), ['close quick', 'close slow']);
  });

  it('goes on when a component fails on the way down, or hangs', async () => {
    const clock = new VirtualClock();
    const problems: string[] = [];
    const { log, components } = recorded(['first', 'hanging', 'failing'], {
      failing: {
        stopAccepting: () => {
          throw new Error('no');
        },
      },
      hanging: { close: () => new Promise<void>(() => {}) },
    });
    const onStopProblem = (error: unknown, component: string) =>
      void problems.push(`${component}: ${(error as Error).message}`);
    const service = create({ components, clock, onStopProblem });
    await service.start();
    const stopped = service.stop();
    await clock.advance(5_000);
    await stopped;
    assert.deepEqual(problems, ['failing: no', 'hanging: it was not closed after 5000 ms']);
    assert.equal(log.at(-1), 'close first');
  });

  it('that does not start closes what it had opened, and says why', async () => {
    const { log, components } = recorded(['database', 'server', 'never'], {
      server: { start: () => Promise.reject(new Error('the port is taken')) },
    });
    const service = create({ components });
    await assert.rejects(service.start(), /the port is taken/);
    assert.equal(service.state, 'failed');
    assert.deepEqual(log, ['start database', 'close server', 'close database']);
  });

  it('can end while it begins', async () => {
    const begun = Promise.withResolvers<void>();
    const { log, components } = recorded(['slow', 'never'], {
      slow: {
        start: (signal) =>
          new Promise<void>((_, reject) => {
            begun.resolve();
            signal.addEventListener('abort', () => reject(signal.reason as Error));
          }),
      },
    });
    const service = create({ components });
    const starting = service.start();
    await begun.promise;
    await service.stop();
    await starting;
    assert.equal(service.state, 'stopped');
    assert.ok(log.includes('close slow'));
    assert.ok(!log.includes('start never'));
  });

  it('is told twice and ends once', async () => {
    const { log, components } = recorded(['server']);
    const service = create({ components });
    await service.start();
    await Promise.all([service.stop(), service.stop()]);
    assert.equal(log.filter((line) => line === 'close server').length, 1);
  });
});

describe('health', () => {
  it('follows the checks, each by what it affects', async () => {
    const clock = new VirtualClock();
    const broken: { database?: Error; queue?: Error } = {};
    const fail = (error: Error | undefined) => {
      if (error) throw error;
    };
    const service = create({
      clock,
      components: [{ name: 'database', checks: [{ name: 'database', check: () => fail(broken.database) }] }],
      checks: [{ name: 'queue', affects: 'liveness', check: () => fail(broken.queue) }],
    });
    assert.deepEqual(await service.readiness(), {
      healthy: false,
      problem: 'the service is new',
      checks: [],
    });
    await service.start();
    assert.equal((await service.readiness()).healthy, true);
    broken.database = new Error('refused');
    assert.equal((await service.readiness()).healthy, true, 'a result counts for a second');
    await clock.advance(1_000);
    assert.deepEqual(await service.readiness(), {
      healthy: false,
      checks: [{ name: 'database', healthy: false, problem: 'refused' }],
    });
    assert.equal((await service.liveness()).healthy, true);
    broken.queue = new Error('no progress');
    await clock.advance(1_000);
    assert.equal((await service.liveness()).healthy, false);
    await service.stop();
  });

  it('does not wait for a check that hangs, and runs it once at a time', async () => {
    const clock = new VirtualClock();
    let runs = 0;
    const check = (signal: AbortSignal) => {
      runs += 1;
      return new Promise<void>((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      });
    };
    const service = create({ clock, components: [], checks: [{ name: 'hanging', timeout: 200, check }] });
    await service.start();
    const reports = [service.readiness(), service.readiness()];
    await clock.advance(200);
    const [first, second] = await Promise.all(reports);
    assert.deepEqual(first?.checks, [
      { name: 'hanging', healthy: false, problem: 'no result within 200 ms' },
    ]);
    assert.deepEqual(second, first);
    assert.equal(runs, 1);
  });

  it('is answered on a port of its own, with metrics and the description', async () => {
    let origin = '';
    const service = createService({
      name: 'orders',
      noticeTime: 0,
      components: [{ name: 'server', describe: () => ({ open: 3 }) }],
      management: {
        port: 0,
        renderMetrics: () => 'up 1\n',
        onListening: (listening) => {
          origin = listening;
        },
      },
    });
    await service.start();
    const ask = async (path: string) => {
      const answer = await fetch(`${origin}${path}`);
      return { status: answer.status, body: await answer.text() };
    };
    assert.deepEqual(await ask('/readyz'), { status: 200, body: '{"healthy":true,"checks":[]}' });
    assert.equal((await ask('/livez')).status, 200);
    assert.deepEqual(await ask('/metrics'), { status: 200, body: 'up 1\n' });
    assert.deepEqual(JSON.parse((await ask('/describe')).body), {
      kind: 'service',
      name: 'orders',
      state: 'ready',
      components: [{ name: 'server', description: { open: 3 } }],
      drift: [],
    });
    assert.equal((await ask('/elsewhere')).status, 404);
    await service.stop();
    await assert.rejects(fetch(`${origin}/livez`));
  });
});

describe('a service', () => {
  it('names its components differently', () => {
    assert.throws(() => create({ components: [{ name: 'a' }, { name: 'a' }] }), /several are called a/);
  });

  const program = fileURLToPath(new URL('../../test-support/signalled-service.ts', import.meta.url));
  const run = async (): Promise<{ child: ChildProcess; lines: () => string[] }> => {
    const child = fork(program, { silent: true });
    let text = '';
    child.stdout?.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    await once(child, 'message');
    return { child, lines: () => text.trim().split('\n') };
  };

  it('stops in good order at SIGTERM and at Ctrl-C', async () => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const { child, lines } = await run();
      child.kill(signal);
      const [code] = (await once(child, 'close')) as [number];
      assert.equal(code, 0, signal);
      assert.deepEqual(lines(), ['prepareStop', 'stopAccepting', 'drain', 'close', 'over'], signal);
    }
  });

  it('ends at once at a second signal', async () => {
    const { child } = await run();
    child.kill('SIGTERM');
    await once(child, 'message');
    child.kill('SIGTERM');
    const [code] = (await once(child, 'close')) as [number];
    assert.equal(code, 143);
  });
});
