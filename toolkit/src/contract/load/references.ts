import { dirname, join } from 'node:path';
import type { ServiceContract } from '../generated/types.ts';
import type { JsonSchema } from '../json-schema.ts';
import type { ContractReferences } from '../references.ts';
import { type ContractSource, type Path, toViolation, type Violation } from '../violation.ts';
import { readGraphql } from './graphql.ts';
import { readJsonSchema } from './json-schema.ts';
import { readOpenApi } from './openapi.ts';
import { readProtobuf } from './protobuf.ts';

/** Reads every file that a contract refers to, each once. */
export async function readReferences(
  contract: ServiceContract,
  source: ContractSource,
): Promise<{ references: ContractReferences; violations: readonly Violation[] }> {
  const violations: Violation[] = [];
  /** A missing file is told where the contract names it; everything else where it stands. */
  const told = <Result extends { violations: readonly Violation[] }>(path: Path, result: Result): Result => {
    const missing = result.violations.find(({ rule, path }) => rule === 'missing-file' && path === '');
    if (missing === undefined) violations.push(...result.violations);
    else {
      const { rule, allowed } = missing;
      const fix = `Create ${missing.file}, or correct the path.`;
      violations.push(toViolation({ rule, path, problem: 'does not exist', allowed, fix }, source, contract));
    }
    return result;
  };
  const directory = dirname(source.file);
  const { http, grpc, graphql } = contract.apis;
  const [openapi, protobuf, graph, schemas] = await Promise.all([
    http && readOpenApi(join(directory, http.openapi)),
    grpc && readProtobuf(join(directory, grpc.protobuf)),
    graphql && readGraphql(join(directory, graphql.schema)),
    Promise.all(
      schemaPaths(contract).map(async ([path, file]) => ({
        path,
        file,
        ...(await readJsonSchema(join(directory, file))),
      })),
    ),
  ]);
  if (openapi) told(['apis', 'http', 'openapi'], openapi);
  if (protobuf) told(['apis', 'grpc', 'protobuf'], protobuf);
  if (graph) told(['apis', 'graphql', 'schema'], graph);
  const readable: Record<string, JsonSchema> = {};
  for (const { path, file, ...result } of schemas) {
    told(path, result);
    if (result.schema !== undefined) readable[file] = result.schema;
  }
  const operations = {
    ...(openapi?.operations && { http: openapi.operations }),
    ...(protobuf?.operations && { grpc: protobuf.operations }),
    ...(graph?.operations && { graphql: graph.operations }),
  };
  const references = {
    operations,
    schemas: readable,
    ...(openapi?.document && { openapi: openapi.document }),
  };
  return { references, violations };
}

/** Each event schema that a contract names, and where it does so first. */
function schemaPaths(contract: ServiceContract): [Path, string][] {
  const paths = new Map<string, Path>();
  const add = (path: Path, file: string | undefined) => {
    if (file !== undefined && !paths.has(file)) paths.set(file, path);
  };
  for (const [index, { schema, previous }] of contract.publishes.entries()) {
    add(['publishes', index, 'schema'], schema);
    for (const [position, earlier] of previous.entries()) {
      add(['publishes', index, 'previous', position, 'schema'], earlier.schema);
    }
  }
  for (const [index, { schema }] of contract.consumes.entries()) add(['consumes', index, 'schema'], schema);
  return [...paths].map(([file, path]) => [path, file]);
}
