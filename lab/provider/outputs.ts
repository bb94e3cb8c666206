import type { KubernetesObject } from '../kubernetes/index.ts';
import { leftOutPart, markLeftOut } from './left-out.ts';
import {
  isMap,
  type Properties,
  type PropertyMap,
  type PropertyValue,
  type SecretMarks,
  unionMarks,
  unknownValue,
} from './property-values.ts';
import { groupOf } from './resource-types.ts';
import { carryMarks } from './secret-marks.ts';
import { markSecretTexts, secretTexts } from './secret-texts.ts';

/**
 * The outputs of a resource: the live object, without the bookkeeping of field managers, and without the schemas of a
 * CustomResourceDefinition, which the inputs hold already and nobody reads. Secret is what is secret in the inputs,
 * what holds one of their secret texts, and the data of every Secret.
 */
export function outputsOf(live: KubernetesObject, inputs: Properties): Properties {
  const lean = leanObject(live);
  const part = leftOutPart(inputs.value);
  const value = part === undefined ? lean : markLeftOut(lean, part);
  return { value, secrets: outputMarks(value, inputs) };
}

/** The outputs of a resource before it is made, as far as they can be told: what the server makes up is unknown. */
export function previewOutputs(dryRun: KubernetesObject, inputs: Properties): Properties {
  const { value, secrets } = outputsOf(dryRun, inputs);
  const { status: _, ...known } = value;
  const metadata: PropertyMap = isMap(known.metadata) ? { ...known.metadata } : {};
  for (const field of ['uid', 'resourceVersion', 'creationTimestamp', 'generation'])
    metadata[field] = unknownValue;
  return { value: { ...known, metadata }, secrets };
}

/** Outputs that are nothing but the inputs, for what can't be asked of the server. */
export function inputsAsOutputs(inputs: Properties): Properties {
  return { value: inputs.value, secrets: outputMarks(inputs.value, inputs) };
}

function outputMarks(value: PropertyMap, inputs: Properties): SecretMarks {
  const data: SecretMarks =
    value.apiVersion === 'v1' && value.kind === 'Secret'
      ? new Map([
          ['data', 'all'],
          ['stringData', 'all'],
        ])
      : new Map();
  const carried = carryMarks(inputs.secrets, inputs.value, value);
  return unionMarks(unionMarks(carried, data), markSecretTexts(value, secretTexts(inputs)));
}

function leanObject(live: KubernetesObject): PropertyMap {
  // Objects come parsed from JSON, so they hold nothing but JSON.
  const { metadata, ...rest } = live as unknown as PropertyMap & { metadata: PropertyMap };
  const { managedFields: _, ...kept } = metadata;
  const object: PropertyMap = { ...rest, metadata: kept };
  if (live.kind !== 'CustomResourceDefinition' || groupOf(live.apiVersion) !== 'apiextensions.k8s.io')
    return object;
  const { spec } = object;
  if (!isMap(spec) || !Array.isArray(spec.versions)) return object;
  return { ...object, spec: { ...spec, versions: spec.versions.map(withoutSchema) } };
}

function withoutSchema(version: PropertyValue): PropertyValue {
  if (!isMap(version)) return version;
  const { schema: _, ...rest } = version;
  return rest;
}
