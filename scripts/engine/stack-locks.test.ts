import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { clearStackLocks } from './stack-locks.ts';

const state = mkdtempSync(join(tmpdir(), 'ninefold-locks-'));
after(() => rmSync(state, { recursive: true, force: true }));

const directory = join(state, '.pulumi/locks/organization/ninefold/test.platform');

/** Writes a lock as the engine does and returns its path. */
function lock(content: object | string): string {
  mkdirSync(directory, { recursive: true });
  const file = join(directory, 'a2f7c1de.json');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

function owner(pid: number) {
  return { pid, username: userInfo().username, hostname: hostname(), timestamp: new Date().toISOString() };
}

/** Clears the locks and returns the processes that were waited for. */
async function clear(signal?: AbortSignal): Promise<number[]> {
  const waited: number[] = [];
  await clearStackLocks(state, 'ninefold', 'test.platform', { waiting: (pid) => waited.push(pid), signal });
  return waited;
}

/** The id of a process that ran and is gone. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  await once(child, 'exit');
  return child.pid ?? 0;
}

test('a stack that was never locked is free', async () => {
  assert.deepEqual(await clear(), []);
});

test('the lock of a dead engine is cleared', async () => {
  const file = lock(owner(await deadPid()));
  assert.deepEqual(await clear(), []);
  assert.ok(!existsSync(file));
});

test('a lock that was being written when its engine died is cleared', async () => {
  const file = lock('');
  assert.deepEqual(await clear(), []);
  assert.ok(!existsSync(file));
});

test('the lock of a process that is no engine is cleared, because its id was used again', async () => {
  const file = lock(owner(process.pid));
  assert.deepEqual(await clear(), []);
  assert.ok(!existsSync(file));
});

test('the lock of a living engine is waited for and never cleared', async () => {
  const program = join(state, 'pulumi');
  symlinkSync(process.execPath, program);
  const engine = spawn(program, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] });
  await once(engine, 'spawn');
  const file = lock(owner(engine.pid ?? 0));
  const stop = new AbortController();
  const waiting: number[] = [];
  const interrupted = clearStackLocks(state, 'ninefold', 'test.platform', {
    signal: stop.signal,
    waiting: (pid) => {
      waiting.push(pid);
      stop.abort();
    },
  });
  await assert.rejects(interrupted, { name: 'AbortError' });
  assert.deepEqual(waiting, [engine.pid]);
  assert.ok(existsSync(file));
  engine.kill('SIGKILL');
  await once(engine, 'exit');
  await clear();
  assert.ok(!existsSync(file));
});

test('the lock of another machine is left alone, with the way out in the message', async () => {
  const file = lock({ ...owner(1), hostname: 'elsewhere' });
  await assert.rejects(
    clear(),
    (error: Error) => error.message.includes('elsewhere') && error.message.includes(file),
  );
  assert.ok(existsSync(file));
  rmSync(file);
});
