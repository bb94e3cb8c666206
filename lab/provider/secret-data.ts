import { isMap, type PropertyMap } from './property-values.ts';

/** Whether properties are those of a Secret. */
export function isSecret({ apiVersion, kind }: PropertyMap): boolean {
  return apiVersion === 'v1' && kind === 'Secret';
}

/**
 * A Secret with the texts of `stringData` encoded into `data`, as the API server itself would keep them: applied as
 * `stringData`, a text that the program drops later would stay. Anything else as it is.
 */
export function withoutStringData(inputs: PropertyMap): PropertyMap {
  const { stringData, ...rest } = inputs;
  if (!isSecret(inputs) || !isMap(stringData)) return inputs;
  const encoded = Object.entries(stringData).map(([name, text]) => [
    name,
    typeof text === 'string' ? Buffer.from(text).toString('base64') : text,
  ]);
  return { ...rest, data: { ...(isMap(rest.data) ? rest.data : {}), ...Object.fromEntries(encoded) } };
}

/** A live Secret as the program wrote it: entries that it gave as texts are told as texts. */
export function withStringData(live: PropertyMap, inputs: PropertyMap): PropertyMap {
  const { stringData } = inputs;
  if (!isSecret(inputs) || !isMap(stringData)) return live;
  const data = isMap(live.data) ? live.data : {};
  const texts: PropertyMap = {};
  for (const name of Object.keys(stringData)) {
    const value = data[name];
    if (typeof value === 'string') texts[name] = Buffer.from(value, 'base64').toString('utf8');
  }
  return { ...live, stringData: texts };
}
