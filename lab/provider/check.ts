import { annotationNames, annotationOf, isAnnotated } from './annotations.ts';
import { generatedName, namespaceViolation, nameViolation } from './names.ts';
import {
  isMap,
  type Properties,
  type PropertyMap,
  type SecretMarks,
  unionMarks,
  unknownValue,
} from './property-values.ts';
import { parseConditions } from './readiness/wait-for.ts';
import { logicalNameOf, objectTypeOf, typeTokenOf } from './resource-types.ts';
import type { Violation } from './settings.ts';

/** How the engine was told to make names. */
export interface Autonaming {
  mode: 'propose' | 'enforce' | 'disable';
  proposedName: string;
}

/** A resource as the program declares it, before anything is done. */
export interface CheckRequest {
  urn: string;
  olds: Properties;
  news: Properties;
  /** Kept by the engine, so that a repeated check makes the same name. */
  randomSeed: Uint8Array;
  autonaming?: Autonaming | undefined;
}

/**
 * Completes and judges the inputs of a resource: its kind, its name (made when none is given), its annotations. The
 * rest is judged by the API server.
 * @throws {UnservedTypeError} for types that this provider does not serve
 */
export function checkResource(request: CheckRequest): { inputs: Properties; violations: Violation[] } {
  const { urn, olds, news } = request;
  const type = objectTypeOf(typeTokenOf(urn));
  const violations: Violation[] = [];
  const refuse = (path: string, reason: string) => violations.push({ path, reason });

  const { status: _, ...given } = news.value;
  const inputs: PropertyMap = {
    ...given,
    apiVersion: given.apiVersion ?? type.apiVersion,
    kind: given.kind ?? type.kind,
  };
  for (const field of ['apiVersion', 'kind'] as const) {
    if (inputs[field] !== type[field]) {
      refuse(field, `must be "${type[field]}", as the resource's type says, and is ${shown(inputs[field])}`);
    }
  }

  const metadata = metadataOf(inputs, refuse);
  if (metadata) {
    inputs.metadata = named(metadata, request, refuse);
    judgeNames(inputs.metadata, type.apiVersion, refuse);
  }
  judgeAnnotations(inputs, refuse);
  const kindMarks: SecretMarks =
    type.apiVersion === 'v1' && type.kind === 'Secret'
      ? new Map([
          ['data', 'all'],
          ['stringData', 'all'],
        ])
      : new Map();
  return { inputs: { value: inputs, secrets: unionMarks(news.secrets, kindMarks) }, violations };

  function named(
    metadata: PropertyMap,
    { autonaming, randomSeed }: CheckRequest,
    refuse: Refuse,
  ): PropertyMap {
    const { generateName, ...rest } = metadata;
    if (rest.name !== undefined && rest.name !== null) return rest;
    if (rest.annotations !== undefined && !isMap(rest.annotations)) return rest;
    const before = olds.value.metadata;
    const kept =
      isMap(before) && isAnnotated(olds.value, annotationNames.autonamed) ? before.name : undefined;
    if (autonaming?.mode === 'disable' && generateName === undefined) {
      refuse('metadata.name', 'must be given, because generated names are switched off for this stack');
      return rest;
    }
    const proposed = autonaming?.proposedName ? autonaming.proposedName : undefined;
    const name =
      kept ??
      (typeof generateName === 'string'
        ? generatedName(generateName, randomSeed, urn)
        : (proposed ?? generatedName(`${logicalNameOf(urn)}-`, randomSeed, urn)));
    return { ...rest, name, annotations: { ...rest.annotations, [annotationNames.autonamed]: 'true' } };
  }
}

type Refuse = (path: string, reason: string) => void;

function metadataOf(inputs: PropertyMap, refuse: Refuse): PropertyMap | undefined {
  const metadata = inputs.metadata ?? {};
  if (metadata === unknownValue) return undefined;
  if (!isMap(metadata)) {
    refuse('metadata', `must be an object, and is ${shown(metadata)}`);
    return undefined;
  }
  const { creationTimestamp: _, ...rest } = metadata;
  return rest;
}

function judgeNames(metadata: PropertyMap, apiVersion: string, refuse: Refuse): void {
  const { name, namespace } = metadata;
  if (typeof name === 'string') {
    const violation = nameViolation(name, apiVersion);
    if (violation) refuse('metadata.name', violation);
  } else if (name !== undefined && name !== unknownValue) {
    refuse('metadata.name', `must be a string, and is ${shown(name)}`);
  }
  if (typeof namespace === 'string') {
    const violation = namespaceViolation(namespace);
    if (violation) refuse('metadata.namespace', violation);
  } else if (namespace !== undefined && namespace !== null && namespace !== unknownValue) {
    refuse('metadata.namespace', `must be a string, and is ${shown(namespace)}`);
  }
}

function judgeAnnotations(inputs: PropertyMap, refuse: Refuse): void {
  const at = (name: string) => `metadata.annotations["${name}"]`;
  const policy = annotationOf(inputs, annotationNames.deletionPropagationPolicy);
  if (policy !== undefined && !/^(background|foreground|orphan)$/i.test(policy)) {
    refuse(
      at(annotationNames.deletionPropagationPolicy),
      `must be background, foreground or orphan, and is "${policy}"`,
    );
  }
  const timeout = annotationOf(inputs, annotationNames.timeoutSeconds);
  if (timeout !== undefined && !(Number(timeout) > 0)) {
    refuse(at(annotationNames.timeoutSeconds), `must be a number of seconds above 0, and is "${timeout}"`);
  }
  const waitFor = annotationOf(inputs, annotationNames.waitFor);
  if (waitFor === undefined) return;
  try {
    parseConditions(waitFor);
  } catch (error) {
    refuse(at(annotationNames.waitFor), error instanceof Error ? error.message : String(error));
  }
}

function shown(value: unknown): string {
  return value === unknownValue ? 'not known yet' : JSON.stringify(value);
}
