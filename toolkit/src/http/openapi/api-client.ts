import type { Priority } from '../../context/index.ts';
import type { HttpClient } from '../client/client.ts';
import type { HttpAnswer, QueryValue } from '../client/request.ts';
import { ProblemError, parseProblem, statusTitle } from '../problem.ts';
import type { AnswerOf, ApiDescription, OperationDescription, OperationShapes, RequestOf } from './types.ts';

/**
 * The operations of an API as methods.
 *
 * @example
 * const stock: Pick<ApiClient<operations>, 'getPrice'> = apiClient(client, api, ['getPrice']);
 */
export type ApiClient<Operations extends OperationShapes<Operations>> = {
  readonly [Name in keyof Operations]: (
    request: RequestOf<Operations[Name]>,
    options?: CallOptions,
  ) => Promise<AnswerOf<Operations[Name]>>;
};

/**
 * What one call may bring along.
 *
 * @example
 * const options: CallOptions = { idempotencyKey: order.id };
 */
export interface CallOptions {
  /** Milliseconds for all attempts together; can only shorten the client's. */
  readonly timeout?: number;
  /** @default the context's */
  readonly priority?: Priority;
  /** Lets the service recognise the request when it is sent again; a call with a key may be retried. */
  readonly idempotencyKey?: string;
  /** Gives the call up, beside the context's own signal. */
  readonly signal?: AbortSignal;
}

interface AnyRequest {
  readonly path?: Readonly<Record<string, QueryValue>>;
  readonly query?: Readonly<Record<string, QueryValue | readonly QueryValue[]>>;
  readonly headers?: Readonly<Record<string, QueryValue | undefined>>;
  readonly body?: unknown;
}

/**
 * A typed client for some operations of an API: those that the contract grants under `calls`. Generated code gives the
 * description and the types.
 *
 * An answer of a status that the document describes is returned, told apart by `status`. Any other is thrown as a
 * `ProblemError` whose `cause` is the answer.
 *
 * @throws TypeError for an operation that the API does not have.
 * @example
 * const stock = apiClient(httpClient({ service: 'stock', baseUrl }), api, ['getPrice']);
 * const answer = await stock.getPrice({ path: { article: '4711' } });
 * if (answer.status === 200) return answer.body.price;
 */
export function apiClient<
  Operations extends OperationShapes<Operations>,
  Name extends keyof Operations & string = keyof Operations & string,
>(
  client: HttpClient,
  api: ApiDescription<Operations>,
  operations: readonly Name[],
): Pick<ApiClient<Operations>, Name> {
  const methods: Record<string, unknown> = {};
  for (const name of operations) {
    const operation = api.operations[name] as OperationDescription | undefined;
    if (operation === undefined) {
      const known = Object.keys(api.operations).join(', ');
      throw new TypeError(`${api.title} ${api.version} has no operation ${name}: it has ${known}`);
    }
    methods[name] = (request: AnyRequest, options?: CallOptions) =>
      call(client, name, operation, request, options ?? {});
  }
  client.uses(operations);
  return methods as Pick<ApiClient<Operations>, Name>;
}

async function call(
  client: HttpClient,
  name: string,
  operation: OperationDescription,
  request: AnyRequest,
  options: CallOptions,
): Promise<HttpAnswer> {
  const { idempotencyKey, timeout, priority, signal } = options;
  const headers: Record<string, string | undefined> = {};
  for (const [header, value] of Object.entries(request.headers ?? {})) {
    if (value !== undefined) headers[header.toLowerCase()] = String(value);
  }
  // A structured field: a string in quotes.
  if (idempotencyKey !== undefined) headers['idempotency-key'] = JSON.stringify(idempotencyKey);
  const answer = await client.request({
    method: operation.method,
    path: fillPath(operation.path, request.path ?? {}),
    operation: name,
    headers,
    ...(request.query && { query: request.query }),
    ...(request.body !== undefined && { body: request.body }),
    ...(operation.body !== undefined && { contentType: operation.body }),
    ...(timeout !== undefined && { timeout }),
    ...(priority !== undefined && { priority }),
    ...(signal !== undefined && { signal }),
  });
  if (isDescribed(operation, answer.status)) return answer;
  const problem = parseProblem(answer.status, answer.body);
  const detail = `${client.service} answered ${name} with ${answer.status}, which its description does not have`;
  throw new ProblemError(problem ?? { status: answer.status, title: statusTitle(answer.status), detail }, {
    cause: answer,
  });
}

function isDescribed(operation: OperationDescription, status: number): boolean {
  return (
    operation.answers.includes(String(status)) || operation.answers.includes(`${Math.floor(status / 100)}XX`)
  );
}

function fillPath(path: string, values: Readonly<Record<string, QueryValue>>): string {
  return path.replace(/\{([^}]*)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined || value === '') throw new TypeError(`path.${name} is missing: give it a value`);
    const text = encodeURIComponent(String(value));
    // A dot segment would be another path.
    return /^\.{1,2}$/.test(text) ? text.replaceAll('.', '%2E') : text;
  });
}
