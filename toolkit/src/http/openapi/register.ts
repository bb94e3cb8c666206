import type { FastifyContextConfig, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ProblemError, problemTypes } from '../problem.ts';
import type { OpenapiDocument } from './document.ts';
import { OpenapiError } from './error.ts';
import type { DocumentedOperation } from './operations.ts';
import { type Check, Schemas } from './schemas.ts';
import type { ApiDescription, HandlerAnswerOf, OperationShapes, RequestOf } from './types.ts';

/**
 * What answers an operation.
 *
 * @example
 * const placeOrder: Handler<operations['placeOrder']> = async ({ body }) => ({ status: 201, body: await place(body) });
 */
export type Handler<Operation extends OperationShapes<{ it: Operation }>['it']> = (
  request: RequestOf<Operation>,
  exchange: { readonly request: FastifyRequest; readonly reply: FastifyReply },
) => Promise<HandlerAnswerOf<Operation>>;

/**
 * What answers the operations of an API, by `operationId`.
 *
 * @example
 * const handlers: Handlers<operations> = { placeOrder, getOrder };
 */
export type Handlers<Operations extends OperationShapes<Operations>> = {
  readonly [Name in keyof Operations]: Handler<Operations[Name]>;
};

/**
 * What {@link registerOperations} takes.
 *
 * @example
 * const options: OperationsOptions<operations> = { document: await loadOpenapi('openapi.yaml'), handlers };
 */
export interface OperationsOptions<Operations extends OperationShapes<Operations>> {
  /** The document that the contract names. */
  readonly document: OpenapiDocument;
  /** One for every operation of the document. */
  readonly handlers: Handlers<Operations>;
  /**
   * What single operations have beside what the document says, such as `{ placeOrder: { priority: 'high' } }`.
   * @default nothing
   */
  readonly routes?: { readonly [Name in keyof Operations]?: FastifyContextConfig };
  /** The description that generated code has of the API: refused when it is older or newer than the document. */
  readonly api?: ApiDescription<Operations>;
  /**
   * What happens to an answer that does not fit the document: `refuse` turns it into a 500, `report` logs it. Both
   * check every answer, which takes time. @default 'off'
   */
  readonly answers?: 'off' | 'report' | 'refuse';
}

type AnyHandler = (
  request: Record<string, unknown>,
  exchange: { request: FastifyRequest; reply: FastifyReply },
) => Promise<{ status: number; headers?: Record<string, unknown>; body?: unknown }>;

/**
 * Serves the operations of an OpenAPI document: its paths are the routes, its schemas check the requests, its types
 * are those of the handlers. Register the plugin of `httpServer` first, so that errors are problems.
 *
 * @throws `OpenapiError` when handlers and document don't match.
 * @example
 * await registerOperations(app, { document: await loadOpenapi('openapi.yaml'), handlers: { placeOrder, getOrder } });
 */
export async function registerOperations<Operations extends OperationShapes<Operations>>(
  app: FastifyInstance,
  options: OperationsOptions<Operations>,
): Promise<void> {
  const { document, handlers, api, routes = {}, answers = 'off' } = options;
  const byId = new Map(Object.entries(handlers) as [string, AnyHandler][]);
  const own = new Map(Object.entries(routes) as [string, FastifyContextConfig][]);
  checkHandlers(document, byId, own, api);
  const schemas = await Schemas.of(document);
  allowJson(app, document);
  for (const operation of document.operations) {
    const handler = byId.get(operation.id);
    if (handler) registerOperation(app, operation, handler, own.get(operation.id) ?? {}, schemas, answers);
  }
}

function checkHandlers<Operations extends OperationShapes<Operations>>(
  document: OpenapiDocument,
  handlers: ReadonlyMap<string, AnyHandler>,
  routes: ReadonlyMap<string, FastifyContextConfig>,
  api: ApiDescription<Operations> | undefined,
): void {
  const problems: string[] = [];
  const known = new Set(document.operations.map(({ id }) => id));
  for (const { id, method, path } of document.operations) {
    if (!handlers.has(id))
      problems.push(`${document.file} ${method} ${path} has no handler: give handlers.${id}`);
  }
  for (const id of handlers.keys()) {
    if (!known.has(id)) {
      problems.push(`handlers.${id} is no operation of ${document.file}: it has ${[...known].join(', ')}`);
    }
  }
  for (const id of routes.keys()) {
    if (!known.has(id)) {
      problems.push(`routes.${id} is no operation of ${document.file}: it has ${[...known].join(', ')}`);
    }
  }
  if (api && (api.title !== document.title || api.version !== document.version)) {
    problems.push(
      `${document.file} is ${document.title} ${document.version}, and the generated code is of ${api.title} ${api.version}: generate it again`,
    );
  }
  if (problems.length > 0) throw new OpenapiError(problems);
}

/** Lets fastify read bodies of JSON's relatives, such as `application/merge-patch+json`. */
function allowJson(app: FastifyInstance, document: OpenapiDocument): void {
  const needed = document.operations.flatMap(({ body }) => Object.keys(body?.content ?? {}));
  for (const mediaType of new Set(needed.filter((type) => type.endsWith('+json')))) {
    if (app.hasContentTypeParser(mediaType)) continue;
    app.addContentTypeParser(mediaType, { parseAs: 'string' }, app.getDefaultJsonParser('error', 'error'));
  }
}

function registerOperation(
  app: FastifyInstance,
  operation: DocumentedOperation,
  handler: AnyHandler,
  own: FastifyContextConfig,
  schemas: Schemas,
  answers: 'off' | 'report' | 'refuse',
): void {
  const checks = requestChecks(operation, schemas);
  const answerChecks = answers === 'off' ? undefined : new Map<string, Check>();
  const deprecation =
    operation.deprecated && operation.since !== undefined
      ? { since: operation.since, ...(operation.sunset !== undefined && { sunset: operation.sunset }) }
      : undefined;
  const key = operation.parameters.find(
    ({ name, in: place }) => place === 'header' && name === 'idempotency-key',
  );
  app.route({
    method: operation.method,
    url: operation.route,
    config: {
      ...own,
      operation: operation.id,
      ...(deprecation && { deprecation }),
      ...(key && { idempotency: key.required ? 'required' : 'optional' }),
    },
    // What fastify is given here only says that there is something to check; the checks are those of the document.
    schema: Object.fromEntries(Object.keys(checks).map((part) => [part, {}])),
    validatorCompiler: ({ httpPart }) => toValidator(checks[httpPart ?? '']),
    handler: async (request, reply) => {
      const { params, query, headers, body } = request;
      const answer = await handler({ path: params, query, headers, body }, { request, reply });
      const { status } = answer;
      if (answerChecks) checkAnswer(operation, answer, schemas, answerChecks, answers, request);
      reply.code(status);
      for (const [name, value] of Object.entries(answer.headers ?? {})) {
        if (value !== undefined) reply.header(name, value);
      }
      const mediaType = Object.keys(describedContent(operation, status) ?? {})[0];
      if (mediaType !== undefined && answer.body !== undefined && !reply.hasHeader('content-type')) {
        reply.type(mediaType);
      }
      return reply.send(answer.body);
    },
  });
}

/** A check for each part of a request that the document describes, by fastify's names. */
function requestChecks(operation: DocumentedOperation, schemas: Schemas): Record<string, Check> {
  const checks: Record<string, Check> = {};
  for (const [place, part] of [
    ['path', 'params'],
    ['query', 'querystring'],
    ['header', 'headers'],
  ] as const) {
    const parameters = operation.parameters.filter((parameter) => parameter.in === place);
    if (parameters.length === 0) continue;
    checks[part] = schemas.parameters({
      type: 'object',
      // A default behind a reference would not be filled in.
      properties: Object.fromEntries(
        parameters.map(({ name, schema, default: fallback }) => [name, { $ref: schema, default: fallback }]),
      ),
      required: parameters.filter(({ required }) => required).map(({ name }) => name),
    });
  }
  const { body } = operation;
  const uri = body && Object.entries(body.content).find(([type]) => /json$/.test(type))?.[1];
  if (body && uri !== undefined) {
    const check = schemas.at(uri);
    checks.body = (value) => {
      if (value !== undefined && value !== null) return check(value);
      return body.required ? [missingBody] : undefined;
    };
  }
  return checks;
}

const missingBody = {
  keyword: 'required',
  instancePath: '',
  schemaPath: '',
  params: {},
  message: 'is required',
};

function toValidator(check: Check | undefined) {
  return (value: unknown): { value: unknown } | { error: Error } => {
    const validation = check?.(value);
    if (validation === undefined) return { value };
    return { error: Object.assign(new Error('the request does not fit'), { validation, statusCode: 400 }) };
  };
}

function describedContent(operation: DocumentedOperation, status: number) {
  const { answers } = operation;
  return answers[String(status)] ?? answers[`${Math.floor(status / 100)}XX`] ?? answers.default;
}

function checkAnswer(
  operation: DocumentedOperation,
  { status, body }: { status: number; body?: unknown },
  schemas: Schemas,
  known: Map<string, Check>,
  mode: 'off' | 'report' | 'refuse',
  request: FastifyRequest,
): void {
  const problems: string[] = [];
  const content = describedContent(operation, status);
  if (content === undefined) problems.push(`status ${status} is not described`);
  const uri = content && Object.entries(content).find(([type]) => /json$/.test(type))?.[1];
  if (uri !== undefined) {
    let check = known.get(uri);
    if (check === undefined) {
      check = schemas.at(uri);
      known.set(uri, check);
    }
    for (const { instancePath, message } of check(JSON.parse(JSON.stringify(body ?? null))) ?? []) {
      problems.push(`body${instancePath} ${message}`);
    }
  } else if (content && Object.keys(content).length === 0 && body !== undefined) {
    problems.push(`status ${status} has no body`);
  }
  if (problems.length === 0) return;
  const text = `${operation.id} answered what ${schemas.file} does not describe: ${problems.join('; ')}`;
  if (mode === 'report') request.log.warn(text);
  else throw new ProblemError({ status: 500, type: problemTypes.invalidAnswer }, { cause: new Error(text) });
}
