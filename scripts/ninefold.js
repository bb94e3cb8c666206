#!/usr/bin/env node
// The only file in plain JavaScript: a Node that is too old must be able to read it to say so.
import module from 'node:module';
import { join } from 'node:path';
import process from 'node:process';

const needed = 24;

if (Number(process.versions.node.split('.')[0]) < needed) {
  process.stderr.write(
    `ninefold needs Node ${needed} or newer, and this is ${process.version} (${process.execPath}).\n` +
      'On Linux, "npm ci" brings one along for "npm run up" and "npx ninefold"; elsewhere install it from https://nodejs.org.\n',
  );
  process.exit(3);
}
// Modules compiled once, for this process and those that it starts: most of a short command's time is spent on that.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, '../.ninefold/cache/compiled');
module.enableCompileCache(process.env.NODE_COMPILE_CACHE);
const { main } = await import('./program.ts');
process.exitCode = await main(process.argv.slice(2));
