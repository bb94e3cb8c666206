import { InvalidInput } from './errors.ts';
import { isPosition, type Position } from './event.ts';
import type { Delivery } from './inbox.ts';

/** Notes a text that is empty, too long or holds what PostgreSQL's text can't. */
export function checkText(violations: string[], path: string, text: unknown, longest: number): void {
  if (
    typeof text !== 'string' ||
    text === '' ||
    text.length > longest ||
    text.includes('\0') ||
    !text.isWellFormed()
  ) {
    const shown = typeof text === 'string' ? JSON.stringify(text.slice(0, 80)) : typeof text;
    violations.push(`${path}: ${shown}, allowed is text of 1 to ${longest} characters without U+0000`);
  }
}

/** Writes JSON; notes what has none. */
export function writeJson(violations: string[], path: string, value: unknown): string {
  try {
    const text = JSON.stringify(value) as string | undefined;
    if (text !== undefined) return text;
    violations.push(`${path}: ${typeof value} can't be written as JSON; use null for nothing`);
  } catch (error) {
    violations.push(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
  return 'null';
}

/** Notes a name that PostgreSQL would not take unquoted, or that leaves no room in its 63 bytes for what is added. */
export function checkName(violations: string[], path: string, name: string, longest: number): void {
  if (!/^[a-z][a-z0-9_]*$/.test(name) || name.length > longest) {
    violations.push(
      `${path}: ${JSON.stringify(name)}, allowed are a lower-case letter and then up to ${longest - 1} lower-case ` +
        'letters, digits and underscores',
    );
  }
}

/** The greatest `integer` of PostgreSQL. */
export const LARGEST_INTEGER = 2_147_483_647;

/** The longest name of a subscription or projection. */
const LONGEST_NAME = 32;

/** @throws InvalidInput for what subscriptions and projections can't be. */
export function checkSubscription(what: string, options: SubscriptionChecks): void {
  const violations: string[] = [];
  checkName(violations, 'name', options.name, LONGEST_NAME);
  if (options.types?.length === 0) violations.push('types: there are none; leave it out for all');
  for (const name of ['batchSize', 'pollInterval', 'takeOverInterval', 'version'] as const) {
    const value = options[name];
    if (value !== undefined && (!Number.isSafeInteger(value) || value < 1 || value > 1_000_000)) {
      violations.push(`${name}: ${value}, allowed are 1 to 1000000`);
    }
  }
  if (violations.length > 0) throw new InvalidInput(what, violations);
}

const LONGEST_ID = 500;

/** @throws InvalidInput for what can't be noted in an inbox. */
export function checkDelivery(delivery: Delivery): void {
  const violations: string[] = [];
  checkText(violations, 'consumer', delivery.consumer, LONGEST_ID);
  checkText(violations, 'messageId', delivery.messageId, LONGEST_ID);
  if (violations.length > 0) throw new InvalidInput('Handling a message', violations);
}

interface SubscriptionChecks {
  readonly name: string;
  readonly types?: readonly string[];
  readonly batchSize?: number;
  readonly pollInterval?: number;
  readonly takeOverInterval?: number;
  readonly version?: number;
}

/** @throws InvalidInput for what can't be read of a stream. */
export function checkRead(options: { readonly from?: number; readonly limit?: number }): void {
  const violations: string[] = [];
  for (const name of ['from', 'limit'] as const) {
    const value = options[name];
    if (value !== undefined && (!Number.isSafeInteger(value) || value < 1 || value > LARGEST_INTEGER)) {
      violations.push(`${name}: ${value}, allowed are 1 to ${LARGEST_INTEGER}`);
    }
  }
  if (violations.length > 0) throw new InvalidInput('Reading a stream', violations);
}

/** @throws InvalidInput for what can't be read of the log. */
export function checkReadAll(options: {
  readonly after?: Position;
  readonly limit?: number;
  readonly types?: readonly string[];
}): void {
  const violations: string[] = [];
  const { after, limit, types } = options;
  if (after !== undefined && !isPosition(after)) {
    violations.push(`after: ${JSON.stringify(after)} is not a position that an event store gave out`);
  }
  if (limit !== undefined && (!Number.isSafeInteger(limit) || limit < 1 || limit > LARGEST_INTEGER)) {
    violations.push(`limit: ${limit}, allowed are 1 to ${LARGEST_INTEGER}`);
  }
  if (types?.length === 0) violations.push('types: there are none; leave it out for all');
  if (violations.length > 0) throw new InvalidInput('Reading the log', violations);
}

/** @throws InvalidInput for what no projection is called. */
export function checkProjectionName(projection: string): void {
  const violations: string[] = [];
  checkName(violations, 'projection', projection, LONGEST_NAME);
  if (violations.length > 0) throw new InvalidInput('Looking at a projection', violations);
}

/** @throws InvalidInput for what is no time for a statement. */
export function checkStatementTimeout(milliseconds: number | undefined): void {
  if (milliseconds === undefined) return;
  if (!Number.isSafeInteger(milliseconds) || milliseconds < 1 || milliseconds > LARGEST_INTEGER) {
    throw new InvalidInput('An event store', [
      `statementTimeout: ${milliseconds}, allowed are 1 to ${LARGEST_INTEGER} milliseconds`,
    ]);
  }
}
