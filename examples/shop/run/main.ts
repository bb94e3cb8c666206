/** `npm run shop`: runs the shop for real, puts load on it, and reports. */
import { join } from 'node:path';
import { loadContracts } from '@ninefold/toolkit/contract';
import { EnvironmentError, LocalPlatform } from './platform.ts';
import { type Options, readOptions, usage, UsageError } from './options.ts';
import { reportText } from './report-text.ts';
import { Scenario } from './scenario.ts';

const exitCodes = { fine: 0, problems: 1, wrongInput: 2, environment: 3, interrupted: 130 };

/** An hour, in milliseconds. */
const LONG = 3_600_000;

/** Progress goes where it is in the way of no report. */
const tell = (message: string): void => void process.stderr.write(`shop: ${message}\n`);

process.exitCode = await main(process.argv.slice(2));

async function main(words: readonly string[]): Promise<number> {
  const interrupt = new AbortController();
  const onSignal = (): void => {
    // What is left running by a second one is ended by the watch that each process has.
    if (interrupt.signal.aborted) process.exit(exitCodes.interrupted);
    tell('stopping; once more to stop at once');
    interrupt.abort(new Error('it was interrupted'));
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  try {
    const options = readOptions(words);
    if (options.help) {
      process.stdout.write(usage);
      return exitCodes.fine;
    }
    return await run(options, interrupt.signal);
  } catch (error) {
    if (interrupt.signal.aborted) return exitCodes.interrupted;
    if (error instanceof UsageError) {
      process.stderr.write(`${error.message}\n\n${usage}`);
      return exitCodes.wrongInput;
    }
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${message}\n`);
    return error instanceof EnvironmentError ? exitCodes.environment : exitCodes.problems;
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

async function run({ duration, json, keep }: Options, signal: AbortSignal): Promise<number> {
  const contracts = await loadContracts(join(import.meta.dirname, '..'));
  tell(`${contracts.length} contracts, checked each and together`);
  const platform = await LocalPlatform.start(contracts, tell, signal);
  try {
    const report = await new Scenario(platform, tell, signal).run(duration);
    process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : `\n${reportText(report)}`);
    if (keep) await stay(platform, signal);
    return report.problems.length === 0 ? exitCodes.fine : exitCodes.problems;
  } finally {
    tell('stopping');
    await platform.stop();
  }
}

/** Leaves the shop running until it is interrupted. */
async function stay(platform: LocalPlatform, signal: AbortSignal): Promise<void> {
  const lines = platform.all.flatMap((replica) => [
    `  ${replica.service.padEnd(16)} ${replica.hasApi ? replica.api : ''}`.trimEnd(),
    `  ${''.padEnd(16)} ${replica.management}/metrics, /readyz, /describe`,
  ]);
  process.stderr.write(
    [
      '',
      'The shop is running; Ctrl-C ends it.',
      ...lines,
      '',
      `  curl ${platform.one('storefront').api}/products/quilt`,
      `  curl ${platform.one('orders').api}/orders -H 'content-type: application/json' \\`,
      `    -H 'idempotency-key: "${crypto.randomUUID()}"' -d '{"lines":[{"articleId":"quilt","quantity":1}]}'`,
      '',
    ].join('\n'),
  );
  if (signal.aborted) return;
  // The servers and services keep nobody alive who has nothing else to do.
  const alive = setInterval(() => {}, LONG);
  await new Promise((resolve) => signal.addEventListener('abort', resolve));
  clearInterval(alive);
}
