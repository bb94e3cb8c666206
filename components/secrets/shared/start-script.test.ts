import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { containerPlaces, startScript } from './server-configuration.ts';
import { secretsSizes } from './settings.ts';

/** A server that ends in good order when it is asked to, and says so. */
const server = `trap 'echo ending; exit 3' TERM; echo serving; while :; do sleep 0.05; done`;

test(
  'the script that starts the server ends with it, with its code, and not at the next look at what it watches',
  {
    timeout: 30_000,
  },
  async () => {
    const directory = mkdtempSync(join(tmpdir(), 'ninefold-start-'));
    const places = { ...containerPlaces, audit: directory, tls: directory };
    writeFileSync(join(directory, 'tls.crt'), 'certificate');
    const script = join(directory, 'start.sh');
    writeFileSync(script, startScript(secretsSizes.minimal, places, 3600));
    const child = spawn('/bin/sh', [script, '/bin/sh', '-c', server], {
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    try {
      const [first] = (await once(child.stdout, 'data')) as [Buffer];
      assert.equal(first.toString('utf8'), 'serving\n');
      child.kill('SIGTERM');
      const [code] = (await once(child, 'exit')) as [number | null];
      assert.equal(code, 3);
    } finally {
      // In a container all that is left goes with the script.
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      rmSync(directory, { recursive: true });
    }
  },
);
