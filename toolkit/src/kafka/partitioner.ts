/** The partition of a key as Kafka's own clients choose it. */
export function partitionOf(key: Uint8Array, partitions: number): number {
  return keyHash(key) % partitions;
}

/** What Kafka's own clients make of a key before they divide by the number of partitions: 32-bit murmur2, unsigned. */
export function keyHash(key: Uint8Array): number {
  return murmur2(key) & 0x7fffffff;
}

const MULTIPLIER = 0x5bd1e995;

function murmur2(bytes: Uint8Array): number {
  const { length } = bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  let hash = 0x9747b28c ^ length;
  let index = 0;
  for (; index + 4 <= length; index += 4) {
    let word = Math.imul(view.getInt32(index, true), MULTIPLIER);
    word ^= word >>> 24;
    hash = Math.imul(hash, MULTIPLIER) ^ Math.imul(word, MULTIPLIER);
  }
  const rest = length - index;
  if (rest >= 3) hash ^= view.getUint8(index + 2) << 16;
  if (rest >= 2) hash ^= view.getUint8(index + 1) << 8;
  if (rest >= 1) hash = Math.imul(hash ^ view.getUint8(index), MULTIPLIER);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, MULTIPLIER);
  return hash ^ (hash >>> 15);
}
