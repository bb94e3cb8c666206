import { randomUUID } from 'node:crypto';

/** Where the fourth part begins, with its dash. */
const RANDOM_PART = 18;

let lastTime = 0;
let sequence = 0;

/**
 * A new UUID of version 7 (RFC 9562): later ones are greater, also within a millisecond of one process, which keeps
 * the index over them compact.
 *
 * @example
 * const event = { id: createEventId(), type: 'OrderPlaced', data: { total: 12 } };
 */
export function createEventId(): string {
  const now = Date.now();
  if (now > lastTime) {
    lastTime = now;
    sequence = 0;
  } else {
    sequence += 1;
    // The 12 bits after the version count within a millisecond; beyond them, borrow from the next one.
    if (sequence > 0xfff) {
      lastTime += 1;
      sequence = 0;
    }
  }
  const time = lastTime.toString(16).padStart(12, '0');
  const count = sequence === 0 ? '000' : sequence.toString(16).padStart(3, '0');
  // The last two parts of a random one are as they have to be here.
  return `${time.slice(0, 8)}-${time.slice(8)}-7${count}${randomUUID().slice(RANDOM_PART)}`;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether it is a UUID in its usual form. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}
