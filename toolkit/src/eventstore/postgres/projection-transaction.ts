import { InvalidInput } from '../errors.ts';
import { checkText, writeJson } from '../input-checks.ts';
import type { ProjectionTransaction, ProjectionView } from '../projection.ts';
import { ownTypes, type PostgresQueryable, type PostgresResult, type PostgresStatement } from './client.ts';

/**
 * What a projection on PostgreSQL writes with: documents, or statements of its own. Unqualified names of tables are
 * looked up in the projection's own schema first.
 *
 * @example
 * const handle = async (event: RecordedEvent, transaction: PostgresProjectionTransaction) => {
 *   await transaction.query('insert into lines (order_id, article) values ($1, $2)', [event.streamId, 'shirt']);
 * };
 */
export interface PostgresProjectionTransaction extends ProjectionTransaction, PostgresQueryable {}

const LONGEST_KEY = 1_000;

/** Documents of a batch, written together at its end. */
class BufferedView implements ProjectionView {
  readonly #database: PostgresQueryable;
  readonly #schema: string;
  /** JSON by key, null for none: what was read or written in this transaction. */
  readonly #known = new Map<string, string | null>();
  readonly #changed = new Set<string>();

  constructor(database: PostgresQueryable, schema: string) {
    this.#database = database;
    this.#schema = schema;
  }

  async get<Document>(key: string): Promise<Document | undefined> {
    let text = this.#known.get(key);
    if (text === undefined) {
      const { rows } = await this.#database.query<{ document: string }>({
        text: `select document::text as document from ${this.#schema}.documents where key = $1`,
        values: [key],
        types: ownTypes,
      });
      text = rows[0]?.document ?? null;
      this.#known.set(key, text);
    }
    return text === null ? undefined : (JSON.parse(text) as Document);
  }

  put(key: string, document: unknown): void {
    const violations: string[] = [];
    checkText(violations, 'key', key, LONGEST_KEY);
    const text = writeJson(violations, 'document', document);
    if (violations.length > 0) throw new InvalidInput('Writing a document', violations);
    this.#known.set(key, text);
    this.#changed.add(key);
  }

  delete(key: string): void {
    this.#known.set(key, null);
    this.#changed.add(key);
  }

  async flush(): Promise<void> {
    if (this.#changed.size === 0) return;
    const written: [string, string][] = [];
    const deleted: string[] = [];
    for (const key of this.#changed) {
      const text = this.#known.get(key) ?? null;
      if (text === null) deleted.push(key);
      else written.push([key, text]);
    }
    this.#changed.clear();
    if (written.length > 0) {
      await this.#database.query(
        `insert into ${this.#schema}.documents (key, document) select key, document::json
from unnest($1::text[], $2::text[]) as written (key, document)
on conflict (key) do update set document = excluded.document`,
        [written.map(([key]) => key), written.map(([, text]) => text)],
      );
    }
    if (deleted.length > 0) {
      await this.#database.query(`delete from ${this.#schema}.documents where key = any($1::text[])`, [
        deleted,
      ]);
    }
  }
}

/** The transaction of one batch. */
export class BatchTransaction implements PostgresProjectionTransaction {
  readonly view: BufferedView;
  readonly #database: PostgresQueryable;

  constructor(database: PostgresQueryable, schema: string) {
    this.#database = database;
    this.view = new BufferedView(database, schema);
  }

  async query<Row extends object = Record<string, unknown>>(
    statement: string | PostgresStatement,
    values?: unknown[],
  ): Promise<PostgresResult<Row>> {
    // The statement may look at the documents.
    await this.view.flush();
    return this.#database.query<Row>(statement, values);
  }
}
