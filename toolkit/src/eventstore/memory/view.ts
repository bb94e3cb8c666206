import { InvalidInput } from '../errors.ts';
import { checkText, writeJson } from '../input-checks.ts';
import type { ProjectionView, ViewReader } from '../projection.ts';

/** JSON by key. */
export type MemoryDocuments = Map<string, string>;

const LONGEST_KEY = 1_000;

/** Documents of a batch, kept apart until it is committed. */
export class MemoryView implements ProjectionView {
  readonly #documents: MemoryDocuments;
  readonly #changed = new Map<string, string | null>();

  constructor(documents: MemoryDocuments) {
    this.#documents = documents;
  }

  async get<Document>(key: string): Promise<Document | undefined> {
    const changed = this.#changed.get(key);
    const text = changed === undefined ? this.#documents.get(key) : changed;
    return text === undefined || text === null ? undefined : (JSON.parse(text) as Document);
  }

  put(key: string, document: unknown): void {
    const violations: string[] = [];
    checkText(violations, 'key', key, LONGEST_KEY);
    const text = writeJson(violations, 'document', document);
    if (violations.length > 0) throw new InvalidInput('Writing a document', violations);
    this.#changed.set(key, text);
  }

  delete(key: string): void {
    this.#changed.set(key, null);
  }

  commit(): void {
    for (const [key, text] of this.#changed) {
      if (text === null) this.#documents.delete(key);
      else this.#documents.set(key, text);
    }
  }
}

/** The documents of the version of a projection that is seen. */
export class MemoryViewReader implements ViewReader {
  readonly #documents: () => MemoryDocuments | undefined;

  constructor(documents: () => MemoryDocuments | undefined) {
    this.#documents = documents;
  }

  async get<Document>(key: string): Promise<Document | undefined> {
    const text = this.#documents()?.get(key);
    return text === undefined ? undefined : (JSON.parse(text) as Document);
  }

  async list<Document>(
    options: { readonly after?: string; readonly limit?: number } = {},
  ): Promise<readonly { readonly key: string; readonly document: Document }[]> {
    const { after = '', limit = 100 } = options;
    // By bytes of UTF-8, as the database does: JavaScript would compare units of UTF-16.
    const compare = (left: string, right: string) => Buffer.compare(Buffer.from(left), Buffer.from(right));
    return [...(this.#documents() ?? [])]
      .filter(([key]) => compare(key, after) > 0)
      .sort(([left], [right]) => compare(left, right))
      .slice(0, limit)
      .map(([key, text]) => ({ key, document: JSON.parse(text) as Document }));
  }
}
