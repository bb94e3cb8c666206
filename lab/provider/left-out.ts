import { leftOutAnnotation } from './annotations.ts';
import { isMap, type PropertyMap, type PropertyValue } from './property-values.ts';
import { groupOf } from './resource-types.ts';

/**
 * What the lab leaves out, because the server that the API server would call runs in a pod, and pods are simulated:
 * admission webhooks and aggregated APIs as a whole, of a CustomResourceDefinition the conversion webhook. An object
 * that is left out stays a resource in the state, marked by an annotation in its outputs.
 */
export function isLeftOut(inputs: PropertyMap): boolean {
  const { kind, spec, webhooks } = inputs;
  switch (groupOf(String(inputs.apiVersion))) {
    case 'admissionregistration.k8s.io':
      return (
        (kind === 'ValidatingWebhookConfiguration' || kind === 'MutatingWebhookConfiguration') &&
        Array.isArray(webhooks) &&
        webhooks.some((webhook) => isMap(webhook) && callsService(webhook.clientConfig))
      );
    case 'apiregistration.k8s.io':
      return kind === 'APIService' && isMap(spec) && isMap(spec.service);
    default:
      return false;
  }
}

/** Which part of an object is left out; undefined when none is. */
export function leftOutPart(inputs: PropertyMap): string | undefined {
  const { spec } = inputs;
  const conversion = isDefinition(inputs) && isMap(spec) ? spec.conversion : undefined;
  if (!isMap(conversion) || conversion.strategy !== 'Webhook') return undefined;
  const webhook = isMap(conversion.webhook) ? conversion.webhook : {};
  return callsService(webhook.clientConfig) ? 'spec.conversion' : undefined;
}

/** The inputs without the part that is left out. */
export function servedPart(inputs: PropertyMap): PropertyMap {
  if (!leftOutPart(inputs) || !isMap(inputs.spec)) return inputs;
  return { ...inputs, spec: { ...inputs.spec, conversion: { strategy: 'None' } } };
}

/** A live object with the part that was left out as the program has it, so that it is no drift. */
export function withLeftOutPart(live: PropertyMap, inputs: PropertyMap): PropertyMap {
  if (!leftOutPart(inputs) || !isMap(live.spec) || !isMap(inputs.spec)) return live;
  const conversion: PropertyValue | undefined = inputs.spec.conversion;
  return conversion === undefined ? live : { ...live, spec: { ...live.spec, conversion } };
}

/** Marks outputs: `true` for a whole object, the path for a part. */
export function markLeftOut(outputs: PropertyMap, what: string): PropertyMap {
  const metadata = isMap(outputs.metadata) ? outputs.metadata : {};
  const annotations = isMap(metadata.annotations) ? metadata.annotations : {};
  return {
    ...outputs,
    metadata: { ...metadata, annotations: { ...annotations, [leftOutAnnotation]: what } },
  };
}

function isDefinition({ apiVersion, kind }: PropertyMap): boolean {
  return kind === 'CustomResourceDefinition' && groupOf(String(apiVersion)) === 'apiextensions.k8s.io';
}

function callsService(clientConfig: PropertyValue | undefined): boolean {
  return isMap(clientConfig) && isMap(clientConfig.service);
}
