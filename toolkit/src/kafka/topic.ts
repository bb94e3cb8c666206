import type { EventType } from '../events/index.ts';

/**
 * What {@link defineTopic} takes.
 *
 * @example
 * const options: TopicOptions<OrderPlaced> = { topic: 'orders.placed', event: orderPlaced, key: 'orderId' };
 */
export interface TopicOptions<Data> {
  /** Name of the topic, as the contract has it. */
  readonly topic: string;
  /** What it holds. */
  readonly event: EventType<Data>;
  /** Path of the field whose value keeps events in order, such as `orderId` or `customer.id`. */
  readonly key: string;
}

/**
 * A topic and the events in it.
 *
 * @example
 * const ordersPlaced: Topic<OrderPlaced> = defineTopic({ topic: 'orders.placed', event: orderPlaced, key: 'orderId' });
 */
export class Topic<Data> {
  readonly topic: string;
  readonly event: EventType<Data>;
  readonly key: string;
  readonly #path: readonly string[];

  constructor({ topic, event, key }: TopicOptions<Data>) {
    const violations: string[] = [];
    if (!/^[A-Za-z0-9._-]{1,200}$/.test(topic)) {
      violations.push(
        `topic is ${JSON.stringify(topic)}: write letters, digits, dots, dashes and underscores`,
      );
    }
    if (!/^[^.]+(\.[^.]+)*$/.test(key)) {
      violations.push(`key is ${JSON.stringify(key)}: give it the path of a field, such as orderId`);
    }
    if (violations.length > 0) throw new TypeError(violations.join('\n'));
    this.topic = topic;
    this.event = event;
    this.key = key;
    this.#path = key.split('.');
  }

  /**
   * The key of data.
   *
   * @throws TypeError when the field is not there, or neither text nor a number.
   */
  keyOf(data: Data): string {
    let value: unknown = data;
    for (const step of this.#path) {
      value =
        typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[step] : undefined;
    }
    if (typeof value === 'string' && value !== '') return value;
    if (typeof value === 'number' || typeof value === 'bigint') return String(value);
    throw new TypeError(
      `${this.key} of an event for ${this.topic} is ${JSON.stringify(value)}: it takes text or a number`,
    );
  }
}

/**
 * Defines a topic by its name, its event and its key, as the contract has them.
 *
 * @throws TypeError when name or key are not fit.
 * @example
 * export const ordersPlaced = defineTopic({ topic: 'orders.placed', event: orderPlaced, key: 'orderId' });
 */
export function defineTopic<Data>(options: TopicOptions<Data>): Topic<Data> {
  return new Topic(options);
}
