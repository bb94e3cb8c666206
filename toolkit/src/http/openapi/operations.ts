import type { Place } from './place.ts';

/**
 * An operation of an OpenAPI document.
 *
 * @example
 * const { id, method, path }: DocumentedOperation = document.operations[0];
 */
export interface DocumentedOperation {
  /** The `operationId`. */
  readonly id: string;
  /** Upper case. */
  readonly method: string;
  /** As in the document: `/orders/{orderId}`. */
  readonly path: string;
  /** As fastify has it: `/orders/:orderId`. */
  readonly route: string;
  readonly summary: string | undefined;
  readonly deprecated: boolean;
  /** Since when and until when, from `x-deprecated-since` and `x-sunset`. */
  readonly since: string | undefined;
  readonly sunset: string | undefined;
  readonly parameters: readonly DocumentedParameter[];
  readonly body: DocumentedBody | undefined;
  /** By status as written: `200`, `4XX`, `default`. */
  readonly answers: Readonly<Record<string, DocumentedContent>>;
}

/**
 * A parameter of an operation.
 *
 * @example
 * const { name, in: place, required }: DocumentedParameter = operation.parameters[0];
 */
export interface DocumentedParameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  /** URI of its schema. */
  readonly schema: string;
  /** What counts when it is left out. */
  readonly default?: unknown;
}

/**
 * Schemas by media type; undefined where the document gives none.
 *
 * @example
 * const uri = content['application/json'];
 */
export type DocumentedContent = Readonly<Record<string, string | undefined>>;

/**
 * The body that an operation takes.
 *
 * @example
 * const { required, content }: DocumentedBody = operation.body;
 */
export interface DocumentedBody {
  readonly required: boolean;
  readonly content: DocumentedContent;
}

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch'];
/** By OpenAPI's own rule, parameters of these names mean nothing. */
const ignoredHeaders = new Set(['accept', 'content-type', 'authorization']);

/** Reads all operations, and says of each what can't be served or called. */
export function readOperations(root: Place, file: string, problems: string[]): DocumentedOperation[] {
  const operations: DocumentedOperation[] = [];
  const ids = new Map<string, string>();
  for (const [path, item] of root.child('paths').fields()) {
    for (const [method, place] of item.fields()) {
      if (!methods.includes(method)) continue;
      const at = `${file} ${method.toUpperCase()} ${path}`;
      const complain = (problem: string) => problems.push(`${at} ${problem}`);
      const operation = readOperation(path, method, item, place, complain);
      if (operation.id === '')
        complain('has no operationId: give it one, which is the name in generated code');
      else if (!/^[A-Za-z_$][\w$]*$/.test(operation.id)) {
        complain(
          `has the operationId ${JSON.stringify(operation.id)}: write it as a name in code, such as placeOrder`,
        );
      }
      const other = ids.get(operation.id);
      if (other !== undefined && operation.id !== '') {
        complain(`has the operationId ${operation.id}, as ${other} does: give each its own`);
      }
      ids.set(operation.id, `${method.toUpperCase()} ${path}`);
      operations.push(operation);
    }
  }
  return operations;
}

type Complain = (problem: string) => void;

function readOperation(
  path: string,
  method: string,
  item: Place,
  place: Place,
  complain: Complain,
): DocumentedOperation {
  const text = (field: string) => {
    const { value } = place.child(field);
    return typeof value === 'string' ? value : undefined;
  };
  const parameters = readParameters(item, place, complain);
  const names = [...path.matchAll(/\{([^}]*)\}/g)].map(([, name = '']) => name);
  for (const name of names) {
    if (!parameters.some((parameter) => parameter.in === 'path' && parameter.name === name)) {
      complain(`does not describe the path parameter ${name}: list it under parameters`);
    }
  }
  if (path.split('/').some((segment) => /[{}]/.test(segment) && !/^\{[A-Za-z_]\w*\}$/.test(segment))) {
    complain('has a path segment that is partly a parameter: make the parameter a segment of its own');
  }
  const answers = place.child('responses').fields();
  if (answers.length === 0) complain('has no responses: describe what it answers');
  return {
    id: text('operationId') ?? '',
    method: method.toUpperCase(),
    path,
    route: path.replaceAll(':', '::').replace(/\{([^}]*)\}/g, ':$1'),
    summary: text('summary'),
    deprecated: place.child('deprecated').value === true,
    since: text('x-deprecated-since'),
    sunset: text('x-sunset'),
    parameters,
    body: readRequestBody(place, complain),
    answers: Object.fromEntries(answers.map(([status, answer]) => [status, readContent(answer)])),
  };
}

function readParameters(item: Place, operation: Place, complain: Complain): DocumentedParameter[] {
  const found = new Map<string, DocumentedParameter>();
  // Those of the operation come last and override those of the path.
  for (const [, place] of [...item.child('parameters').fields(), ...operation.child('parameters').fields()]) {
    const value = (field: string) => place.child(field).value;
    const [name, where, style, explode] = [value('name'), value('in'), value('style'), value('explode')];
    if (typeof name !== 'string' || typeof where !== 'string') {
      complain(`has a parameter without name or place (${place.name}): give it both`);
      continue;
    }
    if (where === 'header' && ignoredHeaders.has(name.toLowerCase())) continue;
    if (where !== 'path' && where !== 'query' && where !== 'header') {
      complain(`has the parameter ${name} in ${where}, which is not supported: use path, query or header`);
      continue;
    }
    if (value('schema') === undefined) {
      complain(`has the parameter ${name} without a schema: describe it by one`);
      continue;
    }
    const usual = where === 'query' ? 'form' : 'simple';
    if ((style ?? usual) !== usual || (explode ?? where === 'query') !== (where === 'query')) {
      complain(
        `has the parameter ${name} in a style of its own, which is not supported: leave style and explode out`,
      );
    }
    const schema = place.child('schema');
    const fallback = schema.followed().child('default').value;
    const lower = where === 'header' ? name.toLowerCase() : name;
    found.set(`${where} ${lower}`, {
      name: lower,
      in: where,
      required: where === 'path' || value('required') === true,
      schema: schema.uri,
      ...(fallback !== undefined && { default: fallback }),
    });
  }
  return [...found.values()];
}

function readRequestBody(operation: Place, complain: Complain): DocumentedBody | undefined {
  const place = operation.child('requestBody').followed();
  if (place.value === undefined) return undefined;
  const content = readContent(place);
  if (Object.keys(content).length === 0)
    complain('has a requestBody without content: say its media type and schema');
  return { required: place.child('required').value === true, content };
}

function readContent(place: Place): DocumentedContent {
  return Object.fromEntries(
    place
      .child('content')
      .fields()
      .map(([mediaType, media]) => {
        const schema = media.child('schema');
        return [mediaType, schema.value === undefined ? undefined : schema.uri];
      }),
  );
}
