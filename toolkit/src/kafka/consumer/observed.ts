import type { CloudEvent } from '../../events/index.ts';

/**
 * Something that happened to a record of a consumer.
 *
 * | Type | When |
 * |---|---|
 * | `handled` | Its handler has done its work. |
 * | `duplicate` | The inbox knew it: it was handled before. |
 * | `parked` | An attempt failed; it is tried again at `notBefore`. |
 * | `queued` | It waits behind a parked one of its key. |
 * | `dead-lettered` | It is not tried again, and why. |
 * | `held` | A service that its handler needs is down: the partition waits for `milliseconds`. |
 *
 * @example
 * const observe = (event: ConsumerEvent) => counter.inc({ topic: event.topic, outcome: event.type });
 */
export type ConsumerEvent = ConsumedRecord & RecordOutcome;

/**
 * What happened to a record; the table is at {@link ConsumerEvent}.
 *
 * @example
 * const isOver = ({ type }: RecordOutcome) => type === 'handled' || type === 'duplicate' || type === 'dead-lettered';
 */
export type RecordOutcome =
  | {
      readonly type: 'handled';
      readonly event: CloudEvent;
      /** Milliseconds. */
      readonly duration: number;
      readonly attempts: number;
    }
  | { readonly type: 'duplicate'; readonly event: CloudEvent }
  | {
      readonly type: 'parked';
      readonly error: unknown;
      readonly attempts: number;
      /** In epoch milliseconds. */
      readonly notBefore: number;
    }
  | { readonly type: 'queued' }
  | {
      readonly type: 'dead-lettered';
      readonly reason: DeadLetterReason;
      readonly error: unknown;
      readonly attempts: number;
    }
  | { readonly type: 'held'; readonly error: unknown; readonly milliseconds: number };

/**
 * Which record it is.
 *
 * @example
 * const place = ({ topic, partition, offset }: ConsumedRecord) => `${topic}/${partition}@${offset}`;
 */
export interface ConsumedRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string | undefined;
}

/**
 * Why a record is not tried again: it is no event of its topic, all attempts are used up, its handler refused it by an
 * `UnprocessableEventError`, or it is too large for the delay topic, in which it would have to wait.
 *
 * @example
 * const reason: DeadLetterReason = 'invalid';
 */
export type DeadLetterReason = 'invalid' | 'attempts' | 'refused' | 'too-large';
