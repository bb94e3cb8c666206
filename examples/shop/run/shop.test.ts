import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PhaseReport } from './phase-report.ts';
import type { Report } from './scenario.ts';

const root = new URL('../../../', import.meta.url);
const children = new Set<ChildProcess>();
after(() => {
  for (const child of children) child.kill('SIGKILL');
});

interface Running {
  readonly child: ChildProcess;
  /** Resolves with all that it has told as its progress, when this is among it. */
  tells(message: string): Promise<string>;
  readonly ended: Promise<{ code: number | null; output: string; progress: string }>;
}

/** The command as a user gives it. */
function shop(words: readonly string[], environment: Readonly<Record<string, string>> = {}): Running {
  const child = spawn(
    process.execPath,
    ['--conditions=@ninefold/source', 'examples/shop/run/main.ts', ...words],
    { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...environment } },
  );
  children.add(child);
  let output = '';
  let progress = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (progress += text));
  const ended = once(child, 'close').then(([code]) => {
    children.delete(child);
    return { code: code as number | null, output, progress };
  });
  return {
    child,
    async tells(message) {
      while (!progress.includes(message)) {
        const next = await Promise.race([once(child.stderr, 'data'), ended.then(() => undefined)]);
        if (next === undefined) assert.fail(`it ended without telling ${message}: ${progress}`);
      }
      return progress;
    },
    ended,
  };
}

/** A directory for everything that a run leaves lying about, where also PostgreSQL's user may look. */
function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'ninefold-shop-test-'));
  chmodSync(directory, 0o755);
  return directory;
}

/** Waits until nothing is left in a directory: what watches over the servers ends them and then removes their data. */
async function becomesEmpty(directory: string): Promise<void> {
  while (readdirSync(directory).length > 0) await sleep(50);
  rmSync(directory, { recursive: true });
}

const sum = (counts: Readonly<Record<string, number>>) =>
  Object.values(counts).reduce((total, count) => total + count, 0);

describe('npm run shop', () => {
  it('shows how it is used', async () => {
    const { code, output } = await shop(['--help']).ended;
    assert.equal(code, 0);
    assert.match(output, /--duration/);
    assert.match(output, /Example/);
  });

  it('refuses what it does not understand before it starts anything', async () => {
    const { code, progress } = await shop(['--duration', '3']).ended;
    assert.equal(code, 2);
    assert.match(progress, /^--duration is 3: give it a time from 5s to 1h/);
  });

  it('runs the shop for real, and every order is handled exactly once whatever goes wrong', async (test) => {
    const { child, tells, ended } = shop(['--duration', '10s', '--json', '--keep']);
    const told = await tells('idempotency-key');
    const [, address] = /curl (\S+\/products\/quilt)/.exec(told) ?? assert.fail(told);
    const page = await fetch(String(address));
    child.kill('SIGINT');
    const { code, output, progress } = await ended;
    assert.ok(code === 0 || code === 1, progress);
    const { phases, facts, trace, problems, capacity } = JSON.parse(output) as Report;
    const phase = (name: PhaseReport['name']): PhaseReport =>
      phases.find((one) => one.name === name) ?? assert.fail(`there was no phase ${name}`);
    assert.ok(capacity > 0);

    await test.test('it stays until it is interrupted, and answers meanwhile', async () => {
      assert.equal(page.status, 200);
      assert.equal(((await page.json()) as { name: string }).name, 'Quilt');
    });

    await test.test('no order is lost or handled twice', () => {
      assert.deepEqual(problems, []);
      assert.equal(code, 0);
      assert.ok(facts.placed > 0 && facts.confirmed > 0 && facts.repeated > 0);
      for (const count of [facts.projected, facts.reserved, facts.settled, facts.paid]) {
        assert.equal(count, facts.placed);
      }
      const doubles = [
        facts.reservedTwice,
        facts.settledTwice,
        facts.paidTwice,
        facts.repeatedTwice,
        facts.lost,
      ];
      assert.deepEqual(doubles, [0, 0, 0, 0, 0]);
    });

    await test.test('product pages go on, degraded, when recommendations fail', () => {
      const { good, failed, degraded, counts } = phase('recommendations');
      assert.ok(good > 0);
      assert.equal(failed, 0);
      assert.ok(sum(degraded) > 0, JSON.stringify(degraded));
      assert.ok(sum(counts.degraded) > 0, 'and the toolkit has counted them');
    });

    await test.test('payments that fail are tried again, and a killed consumer comes back', () => {
      const { counts } = phase('payments');
      assert.ok((counts.retries['payments → bank'] ?? 0) > 0, JSON.stringify(counts));
    });

    await test.test('what is too much is refused, and the rest is answered', () => {
      const { good, refused, counts } = phase('overload');
      assert.ok(refused > 0 && good > 0, JSON.stringify({ good, refused }));
      assert.ok(sum(counts.sheds) > 0, JSON.stringify(counts.sheds));
    });

    await test.test('no request fails while services are replaced', () => {
      const { requests, failed, unanswered, problems: reasons } = phase('restart');
      assert.ok(requests > 0);
      assert.deepEqual([failed, unanswered], [0, 0], reasons.join());
    });

    await test.test('one order is followed through all services, also over Kafka', () => {
      const seen = new Set(trace.steps.map(({ service, name }) => `${service} ${name}`));
      for (const step of [
        'orders POST /orders',
        'stock GET /articles/:articleId',
        'stock process orders.placed',
        'payments process orders.placed',
        'orders process payments.settled',
      ]) {
        assert.ok(seen.has(step), `${step} is not among ${[...seen].join()}`);
      }
    });
  });

  it('ends everything in good order when it is interrupted', async () => {
    const TMPDIR = temporaryDirectory();
    const { child, tells, ended } = shop([], { TMPDIR });
    await tells('warming up');
    assert.equal(readdirSync(TMPDIR).length, 2, 'each server has a directory');
    child.kill('SIGINT');
    const { code, progress } = await ended;
    assert.equal(code, 130, progress);
    await becomesEmpty(TMPDIR);
  });

  it('leaves nothing behind when it is killed', async () => {
    const TMPDIR = temporaryDirectory();
    const { child, tells, ended } = shop([], { TMPDIR });
    await tells('payments, recommendations, stock: ready');
    child.kill('SIGKILL');
    await ended;
    await becomesEmpty(TMPDIR);
  });
});
