#!/usr/bin/env node
/** The command line. Nothing is loaded before the version of Node is known to do. */
const needed = 24;

if (Number(process.versions.node.split('.')[0]) < needed) {
  process.stderr.write(
    `ninefold needs Node ${needed} or newer, and this is ${process.version} (${process.execPath}).\n` +
      'Install it from https://nodejs.org, or run "npm install" on Linux, which brings one along for npm scripts.\n',
  );
  process.exit(3);
}
const { main } = await import('./program.ts');
process.exitCode = await main(process.argv.slice(2));
