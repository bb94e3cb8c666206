/**
 * The topic in which a group's failed records of a topic wait for their next attempt.
 *
 * @example
 * delayTopicName('orders.placed', 'billing'); // 'orders.placed.billing.delay'
 */
export function delayTopicName(topic: string, group: string): string {
  return `${topic}.${group}.delay`;
}

/**
 * The topic for records of a topic that a group could not handle.
 *
 * @example
 * deadLetterTopicName('orders.placed', 'billing'); // 'orders.placed.billing.dead'
 */
export function deadLetterTopicName(topic: string, group: string): string {
  return `${topic}.${group}.dead`;
}
