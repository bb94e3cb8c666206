import { type Path, valueAt } from '../violation.ts';

/** A contract under migration: a copy that remembers where everything came from. */
export class Draft {
  readonly value: unknown;
  readonly #moves: { readonly from: Path; readonly to: Path }[] = [];

  constructor(value: unknown) {
    this.value = copy(value);
  }

  /** The value at a path, or undefined. */
  get(path: Path): unknown {
    return valueAt(this.value, path);
  }

  /** The number of items of the list at a path; 0 when there is no list. */
  count(path: Path): number {
    const list = this.get(path);
    return Array.isArray(list) ? list.length : 0;
  }

  /** Sets the value at a path whose parent is a mapping or a list. */
  set(path: Path, value: unknown): void {
    const parent = this.get(path.slice(0, -1));
    const key = path.at(-1);
    if (typeof parent !== 'object' || parent === null || key === undefined) return;
    (parent as Record<string | number, unknown>)[key] = value;
  }

  /** Gives a key another name; nothing happens where it is missing or the new one is taken. */
  rename(path: Path, name: string): void {
    const parent = this.get(path.slice(0, -1));
    const key = path.at(-1);
    if (typeof parent !== 'object' || parent === null || key === undefined) return;
    const entries = parent as Record<string | number, unknown>;
    if (!Object.hasOwn(entries, key) || Object.hasOwn(entries, name)) return;
    entries[name] = entries[key];
    delete entries[key];
    this.#moves.push({ from: path, to: [...path.slice(0, -1), name] });
  }

  /** Replaces a value by one of another shape; whatever lies below the new one came from the old one. */
  reshape(path: Path, reshape: (value: unknown) => unknown): void {
    const before = this.get(path);
    const after = reshape(before);
    if (before === undefined || after === before) return;
    this.set(path, after);
    for (const below of pathsBelow(after)) this.#moves.push({ from: path, to: [...path, ...below] });
  }

  /** Where something stood before the migrations. */
  pathAsWritten(path: Path): Path {
    let current = path;
    for (const { from, to } of this.#moves.toReversed()) {
      if (to.length <= current.length && to.every((step, index) => step === current[index])) {
        current = [...from, ...current.slice(to.length)];
      }
    }
    return current;
  }
}

/** Paths of a value's own keys, deepest last. */
function pathsBelow(value: unknown): Path[] {
  if (typeof value !== 'object' || value === null) return [];
  const keys = Array.isArray(value) ? value.keys() : Object.keys(value);
  return [...keys].map((key) => [key]);
}

/** Copies mappings and lists; everything else stays as it is, also what can't be cloned. */
function copy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copy);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copy(item)]));
}
