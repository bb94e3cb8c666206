import { setTimeout as sleep } from 'node:timers/promises';

const LIMIT = 30_000;
const INTERVAL = 5;

/** Waits until something holds; fails with what is said when it does not for long. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  tell: () => string = () => '',
): Promise<void> {
  const end = performance.now() + LIMIT;
  while (!(await condition())) {
    if (performance.now() > end)
      throw new Error(`it did not come to pass within ${LIMIT} ms: ${tell() || condition}`);
    await sleep(INTERVAL);
  }
}
