/**
 * The priorities, most important first. Under overload the last are shed first.
 *
 * | Priority | Meaning |
 * |---|---|
 * | `critical` | Losing it stops the business: a payment's confirmation, a login, a health decision. |
 * | `high` | A person waits for the answer. |
 * | `normal` | Everything that says nothing else. |
 * | `low` | Nobody notices a minute's delay: prefetching, suggestions. |
 * | `background` | Batch work that can be run again: imports, reports, reindexing. |
 *
 * @example
 * for (const priority of priorities) console.log(priority);
 */
export const priorities = ['critical', 'high', 'normal', 'low', 'background'] as const;

/**
 * How much a piece of work matters beside others, as {@link priorities} lists them.
 *
 * @example
 * const priority: Priority = 'high';
 */
export type Priority = (typeof priorities)[number];

/**
 * Whether a text names a priority.
 *
 * @example
 * isPriority('high'); // true
 * isPriority('urgent'); // false
 */
export function isPriority(value: unknown): value is Priority {
  return (priorities as readonly unknown[]).includes(value);
}

/**
 * Orders priorities, the more important first: negative when `left` matters more than `right`.
 *
 * @example
 * comparePriority('critical', 'low') < 0; // true
 */
export function comparePriority(left: Priority, right: Priority): number {
  return priorities.indexOf(left) - priorities.indexOf(right);
}
