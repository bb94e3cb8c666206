import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { findOnPath, run } from '../local-servers/commands.ts';
import type { ConfluentLibrary } from '../src/kafka/index.ts';
import { npm } from './npm.ts';

const NAME = '@confluentinc/kafka-javascript';
const VERSION = '1.10.1';
/** Compiles add-ons of Node. */
const NODE_GYP = '11.5.0';
const COMPILERS = ['g++', 'make', 'python3'];
const DOWNLOAD_TIME = 60_000;
const LARGEST_OUTPUT = 2 ** 26;

/**
 * `@confluentinc/kafka-javascript` for tests. It is no dependency of the project, because its installation downloads
 * a binary or compiles for minutes: here it is installed once, into `~/.cache/ninefold/confluent-kafka/`, with the
 * binary where that can be had, else from the C sources that the package brings along.
 *
 * @throws an Error that says why it can't be had.
 */
export async function loadConfluentLibrary(): Promise<ConfluentLibrary> {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'ninefold', 'confluent-kafka');
  const { modules } = process.versions;
  const directory = join(cache, `${VERSION}-${process.platform}-${process.arch}-${modules}`);
  if (!existsSync(directory)) {
    mkdirSync(cache, { recursive: true });
    const partial = mkdtempSync(join(cache, 'partial-'));
    try {
      await install(partial);
      // Whole or not at all; whoever installed it at the same time was as good.
      if (!existsSync(directory)) renameSync(partial, directory);
    } finally {
      rmSync(partial, { recursive: true, force: true });
    }
  }
  return load(directory);
}

function load(directory: string): ConfluentLibrary {
  return createRequire(join(directory, 'package.json'))(NAME) as ConfluentLibrary;
}

async function install(directory: string): Promise<void> {
  writeFileSync(join(directory, 'package.json'), '{ "private": true }');
  await npm(directory, 'install', `${NAME}@${VERSION}`, `node-gyp@${NODE_GYP}`);
  const library = join(directory, 'node_modules', NAME);
  try {
    await download(directory, library);
    await check(directory);
  } catch (error) {
    await compile(directory, library).catch((cause: unknown) => {
      const downloaded = error instanceof Error ? error.message.split('\n')[0] : String(error);
      throw new Error(`${NAME} has no binary to be had (${downloaded}), and could not be compiled`, {
        cause,
      });
    });
    await check(directory);
  }
}

/** Whether it can be loaded. By a process of its own: an add-on is loaded by one path only, and this one's changes. */
async function check(directory: string): Promise<void> {
  await run(process.execPath, ['--eval', `require(${JSON.stringify(NAME)})`], { cwd: directory });
}

async function download(directory: string, library: string): Promise<void> {
  const script = join(directory, 'node_modules/@mapbox/node-pre-gyp/bin/node-pre-gyp');
  await run(process.execPath, [script, 'install'], {
    cwd: library,
    timeout: DOWNLOAD_TIME,
    maxBuffer: LARGEST_OUTPUT,
  });
}

async function compile(directory: string, library: string): Promise<void> {
  const missing = COMPILERS.filter((program) => findOnPath(program) === undefined);
  if (missing.length > 0) throw new Error(`it takes ${missing.join(', ')} to compile it`);
  console.error(`compiling ${NAME} ${VERSION}, once, which takes some minutes …`);
  const options = {
    cwd: library,
    maxBuffer: LARGEST_OUTPUT,
    // With the system's libraries; otherwise it fetches the sources of those, too.
    env: { ...process.env, CKJS_LINKING: 'dynamic' },
  };
  const jobs = `-j${availableParallelism()}`;
  await run(process.execPath, ['util/configure'], options);
  // Beforehand, because the build would start one compiler for each file at once.
  await run('make', [jobs, '-s', '-C', 'deps/librdkafka', 'libs', 'install-subdirs'], options);
  const gyp = join(directory, 'node_modules/node-gyp/bin/node-gyp.js');
  const home = dirname(dirname(process.execPath));
  const headers = existsSync(join(home, 'include/node/node.h')) ? [`--nodedir=${home}`] : [];
  await run(process.execPath, [gyp, 'configure', 'build', jobs, ...headers], options);
}
