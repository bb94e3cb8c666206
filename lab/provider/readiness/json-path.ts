/** One step of a path into an object. */
type Step =
  | { kind: 'member'; name: string }
  | { kind: 'index'; index: number }
  | { kind: 'all' }
  | { kind: 'filter'; path: Step[]; equals: string };

/** A path into an object, as `kubectl --output=jsonpath` writes it. */
export type JsonPath = Step[];

const stepPattern =
  /^(?:\.([A-Za-z_][\w-]*)|\['((?:[^'\\]|\\.)+)'\]|\["((?:[^"\\]|\\.)+)"\]|\[(-?\d+)\]|(?:\.|)\[?(\*)\]?|\[\?\(@((?:\.[\w-]+)+)\s*==?\s*(?:"([^"]*)"|'([^']*)'|([\w.-]+))\)\])/;

/**
 * Parses a path such as `{.status.conditions[?(@.type=="Ready")].status}` or `.spec.ports[0].port`.
 * @throws {Error} naming the part that is not understood
 */
export function parseJsonPath(text: string): JsonPath {
  let rest = text
    .trim()
    .replace(/^\{(.*)\}$/, '$1')
    .replace(/^\$/, '');
  if (rest !== '' && !/^[.[]/.test(rest)) rest = `.${rest}`;
  const steps: JsonPath = [];
  while (rest !== '') {
    const match = stepPattern.exec(rest);
    if (!match) throw new Error(`"${text}" is no JSONPath that is understood here: it fails at "${rest}"`);
    steps.push(stepOf(match));
    rest = rest.slice(match[0].length);
  }
  if (steps.length === 0) throw new Error(`"${text}" is an empty JSONPath`);
  return steps;
}

/** Every value that a path leads to. */
export function valuesAt(path: JsonPath, value: unknown): unknown[] {
  let values = [value];
  for (const step of path) values = values.flatMap((current) => take(step, current));
  return values;
}

function stepOf(match: RegExpExecArray): Step {
  const [, dotted, single, double, index, star, filterPath, ...literals] = match;
  const name = dotted ?? single ?? double;
  if (name !== undefined) return { kind: 'member', name: name.replaceAll(/\\(.)/g, '$1') };
  if (index !== undefined) return { kind: 'index', index: Number(index) };
  if (star !== undefined) return { kind: 'all' };
  return {
    kind: 'filter',
    path: parseJsonPath(filterPath ?? ''),
    equals: literals.find((literal) => literal !== undefined) ?? '',
  };
}

function take(step: Step, value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  const members = Array.isArray(value) ? value : Object.values(value);
  switch (step.kind) {
    case 'member': {
      const found = (value as Record<string, unknown>)[step.name];
      return found === undefined ? [] : [found];
    }
    case 'index': {
      const found = Array.isArray(value) ? value.at(step.index) : undefined;
      return found === undefined ? [] : [found];
    }
    case 'all':
      return members;
    case 'filter':
      return members.filter((member) =>
        valuesAt(step.path, member).some((found) => String(found) === step.equals),
      );
  }
}
