import type { Topic } from '../topic.ts';
import { type SchemaRegistry, subjectOf } from './registry.ts';

/**
 * Registers the schemas of topics; gives the URI of each, by topic.
 *
 * @throws AggregateError with every schema that the registry refuses.
 */
export async function registerSchemas(
  registry: SchemaRegistry,
  topics: readonly Topic<unknown>[],
): Promise<ReadonlyMap<string, string>> {
  const results = await Promise.allSettled(
    topics.map(async ({ topic, event }) => {
      const { uri } = await registry.register(subjectOf(topic), event.schema);
      return [topic, uri] as const;
    }),
  );
  const errors = results
    .filter((result) => result.status === 'rejected')
    .map(({ reason }) => reason as unknown);
  if (errors.length > 0) {
    const messages = errors.map((error) => (error instanceof Error ? error.message : String(error)));
    throw new AggregateError(errors, messages.join('\n'));
  }
  return new Map(results.filter((result) => result.status === 'fulfilled').map(({ value }) => value));
}
