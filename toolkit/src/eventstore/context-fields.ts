import { type Carrier, type Context, inject, rootContext } from '../context/index.ts';

/** The context as metadata; the deadline stays behind, for an event outlives it. */
export function contextFields(context: Context): Record<string, string> {
  const fields: Record<string, string> = {};
  if (context !== rootContext) inject(context, metadataCarrier(fields));
  return fields;
}

/** A carrier over an event's metadata. */
export function metadataCarrier(fields: Record<string, string>): Carrier {
  return {
    delivery: 'stored',
    get: (name) => (Object.hasOwn(fields, name) ? fields[name] : undefined),
    set(name, value) {
      fields[name] = value;
    },
    keys: () => Object.keys(fields),
  };
}
