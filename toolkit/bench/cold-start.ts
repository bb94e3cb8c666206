/**
 * How much later a service answers its first request when it has all the toolkit gives it, compared with fastify
 * alone: from the start of its process until the first answer. The package is built and installed as users have it.
 *
 *     node toolkit/bench/cold-start.ts [--json]
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { buildPackage } from '../test-support/built-package.ts';
import { report } from './promise.ts';
import { median } from './rounds.ts';

const ROUNDS = 25;
const PEERS = ['fastify', 'undici', 'pino', 'prom-client', '@opentelemetry/api'];

const PLAIN = `
import fastify from 'fastify';
const app = fastify();
app.get('/', async () => ({ hello: 'world' }));
process.send(await app.listen({ port: 0, host: '127.0.0.1' }));
process.on('disconnect', () => process.exit());
`;

const TOOLKIT = `
import fastify from 'fastify';
import { httpServer } from '@ninefold/toolkit/http';
import { createService } from '@ninefold/toolkit/service';
import { createLogger, createMetrics, createWideEvents, httpServerTelemetry } from '@ninefold/toolkit/telemetry';
const metrics = createMetrics({ service: { name: 'bench' } });
const wideEvents = createWideEvents({ logger: createLogger({ service: 'bench' }) });
const http = httpServer({ observers: [httpServerTelemetry({ metrics, wideEvents, spans: true })] });
const app = fastify({ return503OnClosing: false });
await app.register(http.plugin);
app.get('/', async () => ({ hello: 'world' }));
const service = createService({
  name: 'bench',
  management: { port: 0, renderMetrics: () => metrics.render() },
  components: [http.listen(app, { port: 0, onListening: (origin) => process.send(origin) })],
});
process.on('disconnect', () => process.exit());
await service.run();
`;

/** Links what the tests of the toolkit have beside the installed package. */
function linkPeers(project: string): void {
  const paths = createRequire(import.meta.url).resolve.paths('fastify') ?? [];
  for (const peer of PEERS) {
    const path = join(project, 'node_modules', peer);
    mkdirSync(dirname(path), { recursive: true });
    const found = paths.map((directory) => join(directory, peer)).find(isPackage);
    if (found === undefined) throw new Error(`${peer} is not installed`);
    symlinkSync(found, path);
  }
}

function isPackage(directory: string): boolean {
  try {
    createRequire(import.meta.url).resolve(join(directory, 'package.json'));
    return true;
  } catch {
    return false;
  }
}

/** Milliseconds from the start of the process until its first answer. */
async function firstAnswer(program: string): Promise<number> {
  const started = performance.now();
  const child = fork(program, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], execArgv: [] });
  const [origin] = (await once(child, 'message')) as [string];
  const answer = await fetch(origin);
  await answer.text();
  const elapsed = performance.now() - started;
  if (answer.status !== 200) throw new Error(`${program} answered ${answer.status}`);
  const ended = once(child, 'exit');
  child.disconnect();
  await ended;
  return elapsed;
}

console.error('Building and installing the package …');
const built = await buildPackage();
try {
  linkPeers(built.project);
  const programs = { plain: join(built.project, 'plain.mjs'), toolkit: join(built.project, 'toolkit.mjs') };
  writeFileSync(programs.plain, PLAIN);
  writeFileSync(programs.toolkit, TOOLKIT);
  const times = { plain: [] as number[], toolkit: [] as number[] };
  // The first of each reads its files from the disk.
  for (const program of Object.values(programs)) await firstAnswer(program);
  for (let round = 0; round < ROUNDS; round += 1) {
    times.plain.push(await firstAnswer(programs.plain));
    times.toolkit.push(await firstAnswer(programs.toolkit));
  }
  report({
    findings: [
      {
        what: 'first answer of a new process: toolkit − fastify',
        value: median(times.toolkit) - median(times.plain),
        unit: 'ms',
        wanted: { atMost: 150 },
      },
    ],
    measured: {
      'from the start of the process until its first answer': {
        'fastify alone': `${median(times.plain).toFixed(0)} ms`,
        'with the toolkit': `${median(times.toolkit).toFixed(0)} ms`,
      },
    },
  });
} finally {
  built.dispose();
}
