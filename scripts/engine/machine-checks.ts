/** What a lab needs of this machine, checked one by one. */
import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { freemem, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { formatBytes } from '../../components/kit/quantity.ts';
import { componentNames, inspectTools, type Lab, listLabs, type ToolStatus } from '../../lab/index.ts';
import { defaultMirror } from '../../stacks/layers.ts';
import { count, formatDuration } from '../terminal/words.ts';
import { homeDirectory, labsDirectory } from './places.ts';

/** One thing looked at. */
export interface Check {
  name: string;
  /** `problem` stands in the way of a lab; `warning` is worth knowing. */
  state: 'ok' | 'warning' | 'problem';
  detail: string;
  /** What to do about it. */
  fix?: string;
}

/** Memory of a lab's control plane with the definitions of a whole platform, in bytes. Source: measured. */
const labMemory = 1.5 * 2 ** 30;

/** What the programs take up when they are downloaded, in bytes; a build takes some 4 GiB meanwhile. */
const downloadDisk = 2 ** 30;
const buildDisk = 4 * 2 ** 30;

/** Looks at everything. */
export async function checkMachine(): Promise<Check[]> {
  const tools = await inspectTools();
  const disk = tools.some(({ how }) => how === 'build') ? buildDisk : downloadDisk;
  return [
    { name: 'node', state: 'ok', detail: `${process.version} (${process.execPath})` },
    ...tools.map(checkTool),
    await checkDisk(disk),
    checkMemory(),
    await checkPorts(),
    checkMirror(),
    ...(await listLabs(labsDirectory())).map(checkLab),
  ];
}

function checkTool({ tool, version, how, detail, expectedMs, fix }: ToolStatus): Check {
  const time = expectedMs === undefined ? '' : `, about ${formatDuration(expectedMs)}`;
  switch (how) {
    case 'missing':
      return { name: tool, state: 'problem', detail: `${version}: ${detail}`, ...(fix ? { fix } : {}) };
    case 'download':
    case 'build':
      return {
        name: tool,
        state: 'ok',
        detail: `${version}: the first "up" will ${how} it${time} (${detail})`,
      };
    default:
      return { name: tool, state: 'ok', detail: `${version}: ${detail}` };
  }
}

async function checkDisk(needed: number): Promise<Check> {
  const { bavail, bsize } = await statfs(nearestExisting(homeDirectory()));
  const free = bavail * bsize;
  const detail = `${formatBytes(free)} free below ${homeDirectory()}`;
  if (free >= needed) return { name: 'disk', state: 'ok', detail };
  const fix = `free some space: ${formatBytes(needed)} are needed, or set NINEFOLD_HOME to a larger disk`;
  return { name: 'disk', state: 'problem', detail, fix };
}

/** Memory that is free now says little where the system lends it out to caches, so it only warns. */
function checkMemory(): Check {
  const [free, total] = [process.availableMemory?.() ?? freemem(), totalmem()];
  const detail = `${formatBytes(free)} of ${formatBytes(total)} available`;
  if (free >= labMemory) return { name: 'memory', state: 'ok', detail };
  const fix = `a lab takes up to ${formatBytes(labMemory)}: end other programs, or stop other labs`;
  return { name: 'memory', state: total < labMemory ? 'problem' : 'warning', detail, fix };
}

/** A lab takes any free ports of the loopback interface. */
function checkPorts(): Promise<Check> {
  const { promise, resolve } = Promise.withResolvers<Check>();
  const server = createServer();
  server.on('error', ({ message }) => {
    const fix = 'let programs listen on 127.0.0.1';
    resolve({ name: 'ports', state: 'problem', detail: message, fix });
  });
  server.listen(0, '127.0.0.1', () => {
    server.close(() => resolve({ name: 'ports', state: 'ok', detail: 'free ones on 127.0.0.1' }));
  });
  return promise;
}

function checkMirror(): Check {
  const mirror = defaultMirror();
  if (mirror && existsSync(mirror)) return { name: 'mirror', state: 'ok', detail: mirror };
  if (mirror) {
    const fix = 'correct NINEFOLD_MIRROR, or unset it';
    return { name: 'mirror', state: 'problem', detail: `${mirror} is not there`, fix };
  }
  const detail = 'none: the lab takes permissive definitions, which accept anything';
  const fix = 'to have objects judged by the real definitions, set NINEFOLD_MIRROR to a directory of them';
  return { name: 'mirror', state: 'warning', detail, fix };
}

/** A lab of which only a part runs was killed, or lost a component. */
function checkLab({ name, pids, ready }: Lab): Check {
  const running = Object.keys(pids).length;
  const subject = `lab ${name}`;
  if (running === 0) return { name: subject, state: 'ok', detail: 'stopped' };
  if (ready) return { name: subject, state: 'ok', detail: 'runs' };
  const detail = `${running} of ${count(componentNames.length, 'component')} run, and it does not answer`;
  const fix = `"npx ninefold lab start --name ${name}" repairs it, "npx ninefold lab stop --name ${name}" ends it`;
  return { name: subject, state: 'warning', detail, fix };
}

function nearestExisting(path: string): string {
  return existsSync(path) ? path : nearestExisting(dirname(path));
}
