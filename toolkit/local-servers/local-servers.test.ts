import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { startKafka, startPostgres } from './index.ts';

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

async function accepts(address: string): Promise<boolean> {
  const [host, port] = address.split(':');
  const socket = connect({ host, port: Number(port) });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

describe('the PostgreSQL of a test', () => {
  it('keeps its data and address when it is stopped or killed and started again', async () => {
    const postgres = await startPostgres();
    const url = await postgres.createDatabase();
    await query(url, 'create table kept (id int)');
    await query(url, 'insert into kept values (1)');
    await postgres.kill();
    await assert.rejects(query(url, 'select 1'), /ECONNREFUSED/);
    await postgres.restart();
    assert.deepEqual(await query(url, 'select id from kept'), [{ id: 1 }]);
    await postgres.stop();
    await assert.rejects(query(url, 'select 1'), /ECONNREFUSED/);
    await postgres.restart();
    assert.deepEqual(await query(url, 'select id from kept'), [{ id: 1 }]);
    await postgres.stop();
  });
});

describe('the Kafka of a test', () => {
  it('comes back at its address after it was killed and after it was stopped', async () => {
    const kafka = await startKafka();
    assert.equal(await accepts(kafka.bootstrap), true);
    await kafka.kill();
    assert.equal(await accepts(kafka.bootstrap), false);
    await kafka.restart();
    assert.equal(await accepts(kafka.bootstrap), true);
    await kafka.stop();
    assert.equal(await accepts(kafka.bootstrap), false);
  });

  it('leaves nothing behind when it does not take its settings, and says why', async () => {
    const directories = () => readdirSync(tmpdir()).filter((name) => name.startsWith('ninefold-kafka-'));
    // A place of its own: other tests start brokers, too.
    const place = mkdtempSync(join(tmpdir(), 'ninefold-test-'));
    const before = process.env.TMPDIR;
    process.env.TMPDIR = place;
    try {
      await assert.rejects(startKafka({ 'node.id': 'one' }), /could not be formatted: .*(node|broker)\.id/s);
      assert.deepEqual(directories(), []);
    } finally {
      if (before === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = before;
      rmSync(place, { recursive: true });
    }
  });
});

describe('a server whose test was killed', () => {
  it('ends with it and leaves no data behind', async () => {
    const program = `
      import { startPostgres } from ${JSON.stringify(import.meta.resolve('./index.ts'))};
      const postgres = await startPostgres();
      console.log(JSON.stringify(postgres));
      setInterval(() => {}, 1000);
    `;
    const test = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await Promise.race([once(test.stdout, 'data'), once(test, 'exit').then(() => [])]);
    assert.ok(line, 'the test ended before its server ran');
    const { pid, directory } = JSON.parse(String(line));
    assert.ok(existsSync(directory));
    test.kill('SIGKILL');
    while (isRunning(pid) || existsSync(directory)) await sleep(20);
  });
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
