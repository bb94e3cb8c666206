/**
 * A schema as a registry has it.
 *
 * @example
 * const { id, version }: RegisteredSchema = await registry.register('orders.placed-value', schema);
 */
export interface RegisteredSchema {
  /** Unique in the registry. */
  readonly id: number;
  readonly subject: string;
  /** Its number within the subject, from 1. */
  readonly version: number;
  readonly schema: Readonly<Record<string, unknown>>;
  /** Where it can be read. */
  readonly uri: string;
}

/**
 * Keeps the schemas of topics and refuses those that would break readers or writers.
 *
 * @example
 * const registry: SchemaRegistry = httpSchemaRegistry({ url: 'http://registry:8080/apis/ccompat/v7' });
 */
export interface SchemaRegistry {
  /**
   * Registers a schema under a subject, unless it is there already.
   *
   * @throws {@link IncompatibleSchemaError} when the subject's rule refuses it.
   */
  register(subject: string, schema: Readonly<Record<string, unknown>>): Promise<RegisteredSchema>;
  /** The newest schema of a subject; undefined when there is none. */
  latest(subject: string): Promise<RegisteredSchema | undefined>;
  /** The schema of an id; undefined when there is none. */
  byId(id: number): Promise<Readonly<Record<string, unknown>> | undefined>;
}

/**
 * A registry refused a schema: events by it would break who reads or writes by another.
 *
 * @example
 * if (error instanceof IncompatibleSchemaError) console.error(error.subject, error.problems);
 */
export class IncompatibleSchemaError extends Error {
  override readonly name = 'IncompatibleSchemaError';
  /** A fixed text that survives bundling and copies of the package. */
  readonly code = 'SCHEMA_INCOMPATIBLE';
  readonly subject: string;
  /** What the registry says. */
  readonly problems: readonly string[];

  constructor(subject: string, problems: readonly string[]) {
    super(`the registry refuses the schema of ${subject}: ${problems.join('; ')}`);
    this.subject = subject;
    this.problems = problems;
  }
}

/**
 * The subject of a topic's events, by the strategy that registries call topic name.
 *
 * @example
 * subjectOf('orders.placed'); // 'orders.placed-value'
 */
export function subjectOf(topic: string): string {
  return `${topic}-value`;
}
