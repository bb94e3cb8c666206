import type { KubernetesObject } from '../../kubernetes/index.ts';
import { type JsonPath, parseJsonPath, valuesAt } from './json-path.ts';

/** One thing that the program wants to be true of an object before it counts as ready. */
export interface Condition {
  /** As the program wrote it. */
  text: string;
  holds(object: KubernetesObject): boolean;
}

/**
 * Parses the annotation `pulumi.com/waitFor`: `condition=Ready`, `condition=Ready=False`, `jsonpath={.status.phase}`
 * (there is a value), `jsonpath={.status.phase}=Running`, or a JSON list of these, all of which must hold.
 * @throws {Error} saying what is not understood and what is allowed
 */
export function parseConditions(annotation: string): Condition[] {
  const texts = annotation.trimStart().startsWith('[') ? parseList(annotation) : [annotation];
  return texts.map(parseCondition);
}

function parseList(annotation: string): string[] {
  const refusal = `"${annotation}" is no JSON list of strings`;
  let list: unknown;
  try {
    list = JSON.parse(annotation);
  } catch {
    throw new Error(refusal);
  }
  const texts = Array.isArray(list) ? list.filter((text) => typeof text === 'string') : [];
  if (texts.length === 0 || !Array.isArray(list) || texts.length !== list.length) throw new Error(refusal);
  return texts;
}

function parseCondition(text: string): Condition {
  const condition = /^condition=([^=]+)(?:=(.+))?$/.exec(text.trim());
  if (condition) return statusCondition(text, condition[1] ?? '', condition[2] ?? 'True');
  const path = /^jsonpath=(\{[^}]*\}|[^=]+(?:\[\?\([^)]*\)\][^=]*)?)(?:=(.*))?$/.exec(text.trim());
  if (path) return pathCondition(text, parseJsonPath(path[1] ?? ''), path[2]);
  throw new Error(
    `"${text}" is no condition; write condition=<type>, condition=<type>=<status>, jsonpath={<path>} or ` +
      'jsonpath={<path>}=<value>, or a JSON list of these',
  );
}

function statusCondition(text: string, type: string, status: string): Condition {
  const path = parseJsonPath('.status.conditions');
  return {
    text,
    holds: (object) =>
      valuesAt([...path, { kind: 'all' }], object).some(
        (found) =>
          sameText(fieldOf(found, 'type'), type) &&
          sameText(fieldOf(found, 'status'), status) &&
          !isOutdated(fieldOf(found, 'observedGeneration'), object),
      ),
  };
}

/** A condition that speaks of an earlier generation says nothing about this one. */
function isOutdated(observedGeneration: unknown, object: KubernetesObject): boolean {
  return typeof observedGeneration === 'number' && observedGeneration < (object.metadata.generation ?? 0);
}

function pathCondition(text: string, path: JsonPath, wanted: string | undefined): Condition {
  return {
    text,
    holds: (object) => {
      const values = valuesAt(path, object);
      return wanted === undefined
        ? values.some((value) => value !== null)
        : values.some((value) => String(value) === wanted.replace(/^(["'])(.*)\1$/, '$2'));
    },
  };
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function sameText(value: unknown, wanted: string): boolean {
  return typeof value === 'string' && value.toLowerCase() === wanted.toLowerCase();
}
