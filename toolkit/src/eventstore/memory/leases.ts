/** Who runs what, in place of a database's locks. */
export class MemoryLeases {
  readonly #held = new Set<string>();

  /** False while somebody has it. */
  take(name: string): boolean {
    if (this.#held.has(name)) return false;
    this.#held.add(name);
    return true;
  }

  release(name: string): void {
    this.#held.delete(name);
  }
}
