import { parseArgs } from 'node:util';
import { parseDuration } from '@ninefold/toolkit/contract';

/** What the command was asked to do. */
export interface Options {
  /** Milliseconds of load, all phases together. */
  readonly duration: number;
  readonly json: boolean;
  readonly keep: boolean;
  readonly help: boolean;
}

/** The command line can't be understood. */
export class UsageError extends Error {}

const SHORTEST = 5_000;
const LONGEST = 3_600_000;

export const usage = `Usage: npm run shop -- [options]

Starts the shop on this machine (PostgreSQL, Kafka and five services), puts load on it
while things go wrong, and reports what the toolkit saw and whether every order was
handled exactly once.

  --duration <time>  Time under load, all phases together; at least 5s (default 30s)
  --keep             Leave the shop running afterwards, until Ctrl-C
  --json             Write the report as JSON to the standard output
  --help             Show this

Example
  npm run shop -- --duration 1m --json > report.json

Exit codes: 0 all is well, 1 a fact about the orders does not hold, 2 the command line
can't be understood, 3 something is missing on this machine.
`;

/**
 * Reads the command line, without the name of the program.
 *
 * @throws UsageError with everything that is wrong.
 */
export function readOptions(words: readonly string[]): Options {
  let values: { duration?: string; json?: boolean; keep?: boolean; help?: boolean };
  try {
    ({ values } = parseArgs({
      args: [...words],
      options: {
        duration: { type: 'string' },
        json: { type: 'boolean' },
        keep: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }));
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
  const { duration = '30s', json = false, keep = false, help = false } = values;
  const milliseconds = durationOf(duration);
  if (milliseconds === undefined || milliseconds < SHORTEST || milliseconds > LONGEST) {
    throw new UsageError(`--duration is ${duration}: give it a time from 5s to 1h, such as 45s`);
  }
  return { duration: milliseconds, json, keep, help };
}

function durationOf(text: string): number | undefined {
  try {
    return parseDuration(text).milliseconds;
  } catch {
    return undefined;
  }
}
