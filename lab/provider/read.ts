import { describeObject, type KubernetesObject, referenceOf, UnknownKindError } from '../kubernetes/index.ts';
import { annotationOf, leftOutAnnotation } from './annotations.ts';
import { fieldManager } from './apply.ts';
import type { Cluster } from './cluster.ts';
import { InitializationError } from './errors.ts';
import { idOf, referenceOfResource } from './ids.ts';
import { importedInputs } from './imported-inputs.ts';
import { withLeftOutPart } from './left-out.ts';
import { outputsOf } from './outputs.ts';
import { fieldTreeOf } from './ownership.ts';
import { project } from './projection.ts';
import { type Properties, type PropertyMap, unionMarks } from './property-values.ts';
import { readinessProblems } from './readiness/index.ts';
import { withStringData } from './secret-data.ts';
import { carryMarks } from './secret-marks.ts';
import { markSecretTexts, secretTexts } from './secret-texts.ts';

/** A resource to be read: one in the state, or (without inputs) one to be imported. */
export interface ReadRequest {
  id: string;
  urn: string;
  inputs: Properties;
  outputs: Properties;
}

/** What is live. */
export interface ReadResult {
  id: string;
  inputs: Properties;
  outputs: Properties;
}

/**
 * Reads the live object of a resource, and its inputs as they would have to be for it to be as it is.
 * @returns undefined when the object is gone
 * @throws {InitializationError} when it is there but not ready
 */
export async function readResource(cluster: Cluster, request: ReadRequest): Promise<ReadResult | undefined> {
  const { id, urn, inputs, outputs } = request;
  if (annotationOf(outputs.value, leftOutAnnotation) === 'true') return { id, inputs, outputs };
  const reference = referenceOfResource(id, urn, outputs.value);
  const live = await findServed(cluster, reference);
  if (!live) return undefined;
  const isImport = Object.keys(inputs.value).length === 0;
  const read = isImport ? importedInputs(live, fieldManager) : refreshedInputs(live, inputs);
  const result = {
    id: idOf(live.metadata.namespace, live.metadata.name),
    inputs: read,
    outputs: outputsOf(live, read),
  };
  const problems = isImport ? [] : readinessProblems(live, inputs.value);
  if (problems.length === 0) return result;
  throw new InitializationError(describeObject(referenceOf(live)), problems, result);
}

async function findServed(cluster: Cluster, reference: Parameters<typeof describeObject>[0]) {
  try {
    return await cluster.client.find(reference, { signal: cluster.signal });
  } catch (error) {
    // Without its kind there is no object either.
    if (error instanceof UnknownKindError) return undefined;
    throw error;
  }
}

/** The inputs as they would have to be for the live object to be as it is. */
export function refreshedInputs(live: KubernetesObject, inputs: Properties): Properties {
  // Objects come parsed from JSON, so they hold nothing but JSON.
  const plain = live as unknown as PropertyMap;
  const comparable = withLeftOutPart(withStringData(plain, inputs.value), inputs.value);
  const owners = { all: fieldTreeOf(live.metadata), ours: fieldTreeOf(live.metadata, fieldManager) };
  const value = project(comparable, inputs.value, owners);
  const byText = markSecretTexts(value, secretTexts(inputs));
  return { value, secrets: unionMarks(carryMarks(inputs.secrets, inputs.value, value), byText) };
}
