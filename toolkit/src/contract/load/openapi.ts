import { isRecord, isSchema } from '../json-schema.ts';
import { openApiSchemas } from '../openapi-schemas.ts';
import type { Operation } from '../references.ts';
import { type Finding, type Path, type Violation, valueAt } from '../violation.ts';
import { bundle } from './bundle.ts';
import { readDocument } from './document.ts';
import { createAjv, describeErrors, invalidSchema } from './json-schema.ts';
import { loadPeer } from './peers.ts';
import { violationsOf } from './violations.ts';

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

/** Reads an OpenAPI 3.1 document; it and its operations only when nothing is wrong with it. */
export async function readOpenApi(file: string): Promise<{
  document?: Readonly<Record<string, unknown>>;
  operations?: ReadonlyMap<string, Operation>;
  violations: readonly Violation[];
}> {
  const source = await readDocument(file);
  if (source.findings.length > 0) return { violations: violationsOf(source) };
  const { value, violations } = await bundle(source, ['components', 'schemas']);
  if (violations.length > 0) return { violations };
  const findings = await checkDocument(value);
  const operations = new Map<string, Operation>();
  if (isRecord(value)) {
    for (const { path, operation, method, route } of operationsOf(value)) {
      const id = operation.operationId;
      if (typeof id !== 'string') findings.push(missingOperationId(path));
      else if (operations.has(id)) findings.push(repeatedOperationId([...path, 'operationId']));
      else {
        operations.set(id, {
          id,
          method: method.toUpperCase(),
          path: route,
          repeatable: isRepeatable(method, operation, value),
        });
      }
    }
  }
  if (findings.length > 0 || !isRecord(value))
    return { violations: violationsOf({ ...source, value, findings }) };
  return { document: value, operations, violations: [] };
}

async function checkDocument(value: unknown): Promise<Finding[]> {
  const version = isRecord(value) ? value.openapi : undefined;
  if (!isRecord(value) || typeof version !== 'string' || !/^3\.1\.\d+$/.test(version)) {
    return [
      {
        rule: 'invalid-document',
        path: ['openapi'],
        problem: 'does not say that this is OpenAPI 3.1',
        allowed: '3.1.0, 3.1.1, …',
        fix: 'Write `openapi: 3.1.1`, and the document in that version.',
      },
    ];
  }
  const name = '@seriousme/openapi-schema-validator';
  const { Validator } = await loadPeer(name, 'OpenAPI', () => import('@seriousme/openapi-schema-validator'));
  const { valid, errors } = await new Validator({ allErrors: true }).validate(structuredClone(value));
  if (!valid && Array.isArray(errors)) return describeErrors(errors);
  const ajv = await createAjv();
  return [...openApiSchemas(value)].flatMap(({ path, schema }) =>
    isSchema(schema)
      ? invalidSchema(ajv, schema).map((finding) => ({ ...finding, path: [...path, ...finding.path] }))
      : [],
  );
}

function* operationsOf(document: Record<string, unknown>): Iterable<{
  path: Path;
  operation: Record<string, unknown>;
  method: string;
  route: string;
}> {
  for (const [route, item] of Object.entries(isRecord(document.paths) ? document.paths : {})) {
    for (const method of METHODS) {
      const operation = valueAt(item, [method]);
      if (isRecord(operation)) yield { path: ['paths', route, method], operation, method, route };
    }
  }
}

/** Whether a request may be sent twice: by its method (RFC 9110, 9.2.2), or because it takes an idempotency key. */
function isRepeatable(method: string, operation: Record<string, unknown>, document: unknown): boolean {
  if (method !== 'post' && method !== 'patch') return true;
  const parameters = Array.isArray(operation.parameters) ? operation.parameters : [];
  return parameters.some((parameter: unknown) => {
    const reference = valueAt(parameter, ['$ref']);
    const resolved =
      typeof reference === 'string' ? valueAt(document, reference.slice(2).split('/')) : parameter;
    const name = valueAt(resolved, ['name']);
    return valueAt(resolved, ['in']) === 'header' && String(name).toLowerCase() === 'idempotency-key';
  });
}

function missingOperationId(path: Path): Finding {
  return {
    rule: 'missing-operation-id',
    path,
    problem: 'has no operationId, so no contract can name it',
    allowed: 'an operation with an operationId',
    fix: 'Add it, for example `operationId: getPrice`.',
  };
}

function repeatedOperationId(path: Path): Finding {
  return {
    rule: 'duplicate',
    path,
    problem: 'is the operationId of another operation too',
    allowed: 'each operationId once',
    fix: 'Rename one of them.',
  };
}
