import { readFile } from 'node:fs/promises';
import type { Operation } from '../references.ts';
import type { Violation } from '../violation.ts';
import { describeReadError, type LocatedFinding } from './document.ts';
import { loadPeer } from './peers.ts';
import { violationsOf } from './violations.ts';

/** Reads a GraphQL schema; its operations only when nothing is wrong with it. */
export async function readGraphql(
  file: string,
): Promise<{ operations?: ReadonlyMap<string, Operation>; violations: readonly Violation[] }> {
  const fail = (findings: readonly LocatedFinding[]) => ({
    violations: violationsOf({ file, value: undefined, findings, locate: () => undefined }),
  });
  const text = await readFile(file, 'utf8').catch(describeReadError);
  if (typeof text !== 'string') return fail([text.finding]);
  const { buildSchema, GraphQLError } = await loadPeer('graphql', 'GraphQL schemas', () => import('graphql'));
  try {
    const schema = buildSchema(text);
    const operations = new Map<string, Operation>();
    const roots = {
      Query: schema.getQueryType(),
      Mutation: schema.getMutationType(),
      Subscription: schema.getSubscriptionType(),
    };
    for (const [root, type] of Object.entries(roots)) {
      for (const field of Object.keys(type?.getFields() ?? {})) {
        operations.set(`${root}.${field}`, { id: `${root}.${field}`, repeatable: root === 'Query' });
      }
    }
    return { operations, violations: [] };
  } catch (error) {
    const place = error instanceof GraphQLError ? error.locations?.[0] : undefined;
    const messages = error instanceof Error ? error.message.split('\n\n') : [String(error)];
    return fail(
      messages.map((problem) => ({
        rule: 'invalid-document',
        path: [],
        value: undefined,
        problem,
        allowed: 'a GraphQL schema in its definition language',
        fix: 'Correct what the message names.',
        ...(place && { position: { line: place.line, column: place.column } }),
      })),
    );
  }
}
