interface Timed<Item> {
  readonly time: number;
  readonly order: number;
  readonly item: Item;
}

/** Items by time, the earliest first, and those of one time in the order they came. */
export class TimeHeap<Item> {
  readonly #heap: Timed<Item>[] = [];
  #added = 0;

  add(time: number, item: Item): void {
    const heap = this.#heap;
    const timed = { time, order: this.#added++, item };
    let index = heap.push(timed) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || isBefore(above, timed)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = timed;
  }

  /** The earliest, left where it is. */
  first(): { readonly time: number; readonly item: Item } | undefined {
    return this.#heap[0];
  }

  /** Takes the earliest away. */
  take(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      const [left, right] = [heap[2 * index + 1], heap[2 * index + 2]];
      if (left === undefined) break;
      const isRight = right !== undefined && isBefore(right, left);
      const below = isRight ? right : left;
      if (isBefore(last, below)) break;
      heap[index] = below;
      index = 2 * index + (isRight ? 2 : 1);
    }
    heap[index] = last;
  }
}

function isBefore(one: Timed<unknown>, other: Timed<unknown>): boolean {
  return one.time < other.time || (one.time === other.time && one.order < other.order);
}
