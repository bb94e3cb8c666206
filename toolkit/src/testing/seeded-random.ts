/**
 * Random numbers that come again: the same seed gives the same sequence on every machine. Not for secrets.
 *
 * @param seed Any text or number.
 * @returns A function like `Math.random`: from 0 up to 1.
 * @example
 * ```ts
 * const random = seededRandom('orders');
 * const jittered = retry({ random });
 * ```
 */
export function seededRandom(seed: string | number): () => number {
  let state = hash(String(seed));
  // A Weyl sequence, mixed: as good as a test needs, and one number of state.
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    return mix(state) / 2 ** 32;
  };
}

/** FNV-1a over the code units. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return value >>> 0;
}

/** The finalizer of MurmurHash3. */
function mix(value: number): number {
  let mixed = value;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
