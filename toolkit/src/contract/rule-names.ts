/**
 * Every rule that a violation may name, stable across releases.
 *
 * @example
 * const counts = Object.fromEntries(ruleNames.map((rule) => [rule, 0]));
 */
export const ruleNames = [
  // Fields of one contract.
  'missing',
  'unknown-key',
  'wrong-type',
  'wrong-form',
  'out-of-range',
  'unknown-value',
  'invalid-key',
  // Between fields of one contract.
  'duplicate',
  'port-taken',
  'call-to-itself',
  'impossible-scale',
  'version-order',
  'clearance-below-data',
  'personal-data-without-retention',
  'retention-exceeded',
  'public-exposure',
  // A contract and its files.
  'missing-file',
  'unreadable-file',
  'invalid-yaml',
  'invalid-document',
  'dangling-reference',
  'unsupported-reference',
  'missing-operation-id',
  'missing-export',
  'failed-import',
  'no-contract',
  'unusable-key',
  'broken-compatibility',
  'unknown-encrypted-field',
  // Between contracts.
  'duplicate-name',
  'duplicate-route',
  'unknown-service',
  'unknown-api',
  'unknown-operation',
  'deadline-below-objective',
  'unsafe-retry',
  'retry-product',
  'call-cycle',
  'topic-without-producer',
  'producers-disagree',
  'unknown-version',
  'incompatible-version',
  'shared-group',
  'queue-without-receiver',
  'queue-without-sender',
  'shared-queue',
  'not-cleared',
] as const;

/**
 * The name of a rule.
 *
 * @example
 * const rule: RuleName = 'call-cycle';
 */
export type RuleName = (typeof ruleNames)[number];
