/** A place in a set of files: where a schema stands, so that references in it are understood from there. */
export class Place {
  readonly #files: ReadonlyMap<string, unknown>;
  readonly #file: string;
  readonly #path: readonly string[];

  constructor(files: ReadonlyMap<string, unknown>, file: string, path: readonly string[]) {
    this.#files = files;
    this.#file = file;
    this.#path = path;
  }

  /** What stands there; undefined when nothing does. */
  get value(): unknown {
    let value = this.#files.get(this.#file);
    for (const step of this.#path) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
      value = (value as Record<string, unknown>)[step];
    }
    return value;
  }

  /** The absolute URI, with a JSON pointer. */
  get uri(): string {
    return `${this.#file}#${this.#path.map((step) => `/${encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'))}`).join('')}`;
  }

  /** Where a person finds it: `paths./orders.post`. */
  get name(): string {
    return this.#path.join('.');
  }

  child(...steps: string[]): Place {
    return new Place(this.#files, this.#file, [...this.#path, ...steps]);
  }

  /** The fields of the object that stands there, references of OpenAPI followed. */
  fields(): [string, Place][] {
    const { value } = this;
    if (typeof value !== 'object' || value === null) return [];
    return Object.keys(value).map((key) => [key, this.child(key).followed()]);
  }

  /** The place that a reference at this place leads to, or this one. */
  followed(): Place {
    let place: Place = this;
    const seen = new Set<string>();
    for (;;) {
      const { value } = place;
      if (
        typeof value !== 'object' ||
        value === null ||
        !('$ref' in value) ||
        typeof value.$ref !== 'string'
      ) {
        return place;
      }
      if (seen.has(place.uri)) return place.child('a reference in a circle');
      seen.add(place.uri);
      const target = new URL(value.$ref, place.#file);
      const [file = ''] = target.href.split('#', 1);
      const steps = target.hash.slice(1).split('/').slice(1);
      place = new Place(
        this.#files,
        file,
        steps.map((step) => decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~')),
      );
    }
  }
}
