import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { acquireLock, type LockOwner, withLock } from './lock.ts';
import { processIdentity } from './processes.ts';

describe('a lock file', () => {
  let directory: string;
  const lockModule = JSON.stringify(new URL('./lock.ts', import.meta.url).href);

  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'ninefold-lock-'));
  });
  after(() => rmSync(directory, { recursive: true, force: true }));

  /** Runs a module in a process of its own. */
  const child = (source: string) => spawn(process.execPath, ['--input-type=module', '-e', source]);

  it('names its owner while it is held and is gone afterwards', async () => {
    const path = join(directory, 'plain.lock');
    await withLock(path, {}, async () => {
      const owner = JSON.parse(readFileSync(path, 'utf8'));
      assert.deepEqual(owner, { pid: process.pid, identity: processIdentity(process.pid) });
    });
    assert.equal(existsSync(path), false);
  });

  it('is given back when the action fails', async () => {
    const path = join(directory, 'failing.lock');
    await assert.rejects(
      withLock(path, {}, () => Promise.reject(new Error('no'))),
      /no/,
    );
    assert.equal(existsSync(path), false);
  });

  it('of a killed process is cleared', async () => {
    const path = join(directory, 'killed.lock');
    const holder = child(`
      import { acquireLock } from ${lockModule};
      await acquireLock(${JSON.stringify(path)});
      console.log('held');
      setInterval(() => {}, 1000);`);
    await once(holder.stdout, 'data');
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    assert.equal(existsSync(path), true);
    const release = await acquireLock(path);
    assert.equal(JSON.parse(readFileSync(path, 'utf8')).pid, process.pid);
    release();
  });

  it('of a process whose id another process has now is cleared', async () => {
    const path = join(directory, 'reused.lock');
    const stale: LockOwner = { pid: process.ppid, identity: 'an earlier boot/1' };
    writeFileSync(path, JSON.stringify(stale));
    (await acquireLock(path))();
    assert.equal(existsSync(path), false);
  });

  it('that names nobody is cleared', async () => {
    const path = join(directory, 'empty.lock');
    writeFileSync(path, '');
    (await acquireLock(path))();
    assert.equal(existsSync(path), false);
  });

  it('of a living process is waited for, and the wait can be given up', async () => {
    const path = join(directory, 'living.lock');
    const holder = child(`
      import { acquireLock } from ${lockModule};
      const release = await acquireLock(${JSON.stringify(path)});
      console.log('held');
      process.stdin.once('data', () => { release(); process.exit(); });`);
    await once(holder.stdout, 'data');
    const giveUp = new AbortController();
    const waited: number[] = [];
    const waiting = ({ pid }: LockOwner) => {
      waited.push(pid);
      giveUp.abort();
    };
    await assert.rejects(acquireLock(path, { waiting, signal: giveUp.signal }), { name: 'AbortError' });
    assert.deepEqual(waited, [holder.pid]);
    const next = acquireLock(path, { waiting: () => holder.stdin.write('go\n') });
    (await next)();
  });

  it('lets one of many processes in at a time, even over a dead owner', async () => {
    const path = join(directory, 'many.lock');
    const counter = join(directory, 'counter');
    writeFileSync(counter, '0');
    writeFileSync(path, JSON.stringify({ pid: process.ppid, identity: 'dead' }));
    const source = `
      import { withLock } from ${lockModule};
      import { readFileSync, writeFileSync } from 'node:fs';
      for (let i = 0; i < 10; i++) {
        await withLock(${JSON.stringify(path)}, {}, async () => {
          const value = Number(readFileSync(${JSON.stringify(counter)}, 'utf8'));
          await new Promise((resolve) => setImmediate(resolve));
          writeFileSync(${JSON.stringify(counter)}, String(value + 1));
        });
      }`;
    await Promise.all(
      Array.from({ length: 5 }, () =>
        promisify(execFile)(process.execPath, ['--input-type=module', '-e', source]),
      ),
    );
    assert.equal(readFileSync(counter, 'utf8'), '50');
  });

  it('of another call in the same process is waited for, and the wait can be given up', async () => {
    const path = join(directory, 'queued.lock');
    const release = await acquireLock(path);
    const giveUp = new AbortController();
    const abandoned = acquireLock(path, { signal: giveUp.signal });
    const next = acquireLock(path);
    giveUp.abort();
    await assert.rejects(abandoned, { name: 'AbortError' });
    assert.equal(existsSync(path), true);
    release();
    (await next)();
  });

  it('lets one of many calls of one process in at a time', async () => {
    const path = join(directory, 'calls.lock');
    let inside = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 5 }, () =>
        withLock(path, {}, async () => {
          inside += 1;
          most = Math.max(most, inside);
          await new Promise((resolve) => setImmediate(resolve));
          inside -= 1;
        }),
      ),
    );
    assert.equal(most, 1);
  });
});
