/** Numbers in the words that people read. */

/** `0.4 s`, `12 s`, `3 min 20 s`. */
export function formatDuration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 89.5) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** `1 object`, `3 objects`; the plural is the singular with an s unless it is given. */
export function count(number: number, singular: string, plural = `${singular}s`): string {
  return `${number} ${number === 1 ? singular : plural}`;
}

/** `a, b and 3 more`. */
export function enumerate(items: readonly string[], atMost: number): string {
  if (items.length <= atMost) return items.join(', ');
  return `${items.slice(0, atMost).join(', ')} and ${items.length - atMost} more`;
}
