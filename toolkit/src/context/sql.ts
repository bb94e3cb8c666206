import type { Clock } from '../clock/index.ts';
import type { Context } from './context.ts';
import { DeadlineExceeded, remainingTime } from './deadline.ts';
import { formatTraceparent } from './trace.ts';

/**
 * How {@link sqlSettings} derives the settings.
 *
 * @example
 * const options: SqlSettingsOptions = { application: 'orders', maximumTime: 5_000 };
 */
export interface SqlSettingsOptions {
  /** Shown as `application_name` in `pg_stat_activity`. @default none is set */
  readonly application?: string;
  /** Longest time in milliseconds for one statement, whatever the deadline. @default none */
  readonly maximumTime?: number;
  /** @default the context's */
  readonly clock?: Clock;
}

/** PostgreSQL keeps a name in `NAMEDATALEN` - 1 bytes. */
const NAME_BYTES = 63;
/** The largest `statement_timeout`: a 32-bit number of milliseconds. */
const LONGEST_STATEMENT = 2 ** 31 - 1;

/**
 * PostgreSQL settings for a transaction done in a context: `statement_timeout` from the remaining time,
 * `application_name`, and `ninefold.tenant`, `ninefold.principal` and `ninefold.traceparent` for row-level security
 * and audit triggers to read with `current_setting`. Tenant and principal are always given, empty when there is
 * none, so that a pooled connection never shows the last user's.
 *
 * @throws {@link DeadlineExceeded} when no time is left: a timeout of zero would mean none.
 * @example
 * sqlSettings(deriveContext(rootContext, { timeout: 250, tenant: 'acme' }), { application: 'orders' });
 * // { statement_timeout: '250', application_name: 'orders', 'ninefold.tenant': 'acme', … }
 */
export function sqlSettings(
  context: Context,
  options: SqlSettingsOptions = {},
): Readonly<Record<string, string>> {
  const left = remainingTime(context, options.clock);
  if (context.deadline !== undefined && left < 1) throw new DeadlineExceeded(context.deadline);
  const settings: Record<string, string> = {};
  const allowed = Math.min(left, options.maximumTime ?? Number.POSITIVE_INFINITY);
  if (Number.isFinite(allowed)) {
    settings.statement_timeout = String(Math.max(1, Math.min(Math.floor(allowed), LONGEST_STATEMENT)));
  }
  if (options.application !== undefined) {
    settings.application_name = options.application.replace(/[^\x20-\x7e]/g, '?').slice(0, NAME_BYTES);
  }
  settings['ninefold.tenant'] = settingValue(context.tenant);
  settings['ninefold.principal'] = settingValue(context.principal?.id);
  settings['ninefold.traceparent'] = (context.trace && formatTraceparent(context.trace)) ?? '';
  return settings;
}

/** PostgreSQL's text holds no NUL and no lone surrogates. */
function settingValue(value: string | undefined): string {
  return (value ?? '').toWellFormed().replaceAll('\0', '\u{fffd}');
}

/**
 * One statement that applies {@link sqlSettings} until the end of the transaction (as `SET LOCAL` does), every value
 * a parameter. Run it first in the transaction.
 *
 * @example
 * const { text, values } = sqlSettingsStatement(sqlSettings(currentContext()));
 * await client.query('begin');
 * await client.query(text, values);
 */
export function sqlSettingsStatement(settings: Readonly<Record<string, string>>): {
  text: string;
  values: string[];
} {
  const entries = Object.entries(settings);
  const calls = entries.map((_, index) => `set_config($${2 * index + 1}, $${2 * index + 2}, true)`);
  return { text: `select ${calls.join(', ')}`, values: entries.flat() };
}

/**
 * A comment with the trace, to be appended to a statement, in the form of sqlcommenter; empty without a trace. Each
 * trace makes another text, so don't append it to prepared statements.
 *
 * @example
 * await client.query(`select * from orders${sqlComment(currentContext())}`);
 */
export function sqlComment(context: Context): string {
  const traceparent = context.trace && formatTraceparent(context.trace);
  return traceparent ? ` /*traceparent='${traceparent}'*/` : '';
}
