/**
 * One operation as `openapi-typescript` writes it.
 *
 * @example
 * const shape: OperationShape = {} as operations['placeOrder'];
 */
export interface OperationShape {
  readonly parameters: {
    readonly query?: unknown;
    readonly header?: unknown;
    readonly path?: unknown;
    readonly cookie?: unknown;
  };
  readonly requestBody?: unknown;
  readonly responses: object;
}

/**
 * The operations of an API, by `operationId`, as `openapi-typescript` writes them.
 *
 * @example
 * function describe<Operations extends OperationShapes<Operations>>(api: ApiDescription<Operations>) {}
 */
export type OperationShapes<Operations> = { readonly [Name in keyof Operations]: OperationShape };

/**
 * What an operation takes: `path`, `query`, `headers`, `body`, each only where there is one.
 *
 * @example
 * const request: RequestOf<operations['getOrder']> = { path: { orderId: '4711' } };
 */
export type RequestOf<Operation extends OperationShape> = Flat<
  Part<'path', Operation['parameters']['path']> &
    Part<'query', Operation['parameters']['query']> &
    Part<'headers', Operation['parameters']['header']> &
    BodyPart<Operation>
>;

/**
 * What an operation answers, as one shape per described status, told apart by `status`. What the document describes
 * as `default` is not among them: a client throws it as a problem.
 *
 * @example
 * const answer: AnswerOf<operations['placeOrder']> = { status: 201, headers: {}, body: order };
 */
export type AnswerOf<Operation extends OperationShape> = {
  [Status in keyof Operation['responses']]: StatusOf<Status> extends infer Code extends number
    ? [Code] extends [never]
      ? never
      : Flat<
          { readonly status: Code; readonly headers: HeadersOf<Operation['responses'][Status]> } & AnswerBody<
            Operation['responses'][Status]
          >
        >
    : never;
}[keyof Operation['responses']];

/**
 * What a handler returns: an answer whose headers may be left out.
 *
 * @example
 * const result: HandlerAnswerOf<operations['placeOrder']> = { status: 201, body: order };
 */
export type HandlerAnswerOf<Operation extends OperationShape> =
  AnswerOf<Operation> extends infer Answer
    ? Answer extends { readonly headers: infer Headers }
      ? Flat<Omit<Answer, 'headers'> & { readonly headers?: Partial<Headers> }>
      : never
    : never;

/** A type written out, so that editors show what it is. */
type Flat<Type> = { [Key in keyof Type]: Type[Key] };

type Part<Name extends string, Type> = [NonNullable<Type>] extends [never]
  ? unknown
  : undefined extends Type
    ? { readonly [Key in Name]?: NonNullable<Type> }
    : Record<never, never> extends Type
      ? { readonly [Key in Name]?: Type }
      : { readonly [Key in Name]: Type };

type BodyPart<Operation extends OperationShape> = [NonNullable<Operation['requestBody']>] extends [never]
  ? unknown
  : Operation extends { readonly requestBody: { readonly content: infer Content } }
    ? { readonly body: Content[keyof Content] }
    : NonNullable<Operation['requestBody']> extends { readonly content: infer Content }
      ? { readonly body?: Content[keyof Content] }
      : unknown;

type HeadersOf<Response> = Response extends { readonly headers: infer Headers }
  ? Headers
  : Record<string, unknown>;

type AnswerBody<Response> = Response extends { readonly content: infer Content }
  ? { readonly body: Content[keyof Content] }
  : { readonly body?: undefined };

type StatusOf<Status> = Status extends number
  ? Status
  : Status extends '2XX'
    ? 200 | 201 | 202 | 203 | 204 | 205 | 206 | 207
    : Status extends '3XX'
      ? 300 | 301 | 302 | 303 | 304 | 307 | 308
      : Status extends '4XX'
        ? ClientErrorStatus
        : Status extends '5XX'
          ? 500 | 501 | 502 | 503 | 504 | 505 | 507 | 508 | 511
          : never;

type ClientErrorStatus =
  | (400 | 401 | 402 | 403 | 404 | 405 | 406 | 407 | 408 | 409 | 410 | 411 | 412 | 413 | 414 | 415)
  | (416 | 417 | 421 | 422 | 423 | 424 | 425 | 426 | 428 | 429 | 431 | 451);

/**
 * An API as generated code knows it at run time.
 *
 * @example
 * export const api: ApiDescription<operations> = { title: 'Orders', version: '1.2.0', operations: {} };
 */
export interface ApiDescription<Operations extends OperationShapes<Operations>> {
  readonly title: string;
  readonly version: string;
  readonly operations: { readonly [Name in keyof Operations]: OperationDescription };
  /** Never there: it ties the operations' types to the value. */
  readonly types?: Operations;
}

/**
 * One operation as generated code knows it at run time.
 *
 * @example
 * const operation: OperationDescription = { method: 'GET', path: '/orders/{orderId}', answers: ['200'] };
 */
export interface OperationDescription {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';
  /** As in the document: `/orders/{orderId}`. */
  readonly path: string;
  /** Media type of the body. @default none */
  readonly body?: string;
  /** Described statuses: `200`, `4XX`. */
  readonly answers: readonly string[];
}
