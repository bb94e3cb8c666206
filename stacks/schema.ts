import * as z from 'zod';
import type { Implementation } from '../components/kit/capability.ts';
import { asRecord } from '../components/kit/manifest.ts';
import { profileNames } from '../components/kit/profile.ts';
import type { RegisteredCapability, Registry } from '../components/kit/registry.ts';
import { environmentSchema } from './settings.ts';

/** A JSON Schema, as plain data. */
export type JsonSchema = { [keyword: string]: unknown };

/** The JSON Schema of an environment file, by which editors complete and check it. */
export function environmentJsonSchema(registry: Registry): JsonSchema {
  const schema: JsonSchema = z.toJSONSchema(environmentSchema, { io: 'input' });
  const properties = asRecord(schema.properties) ?? {};
  const capabilities = asRecord(properties.capabilities) ?? {};
  return {
    $schema: schema.$schema,
    title: 'Ninefold environment',
    type: 'object',
    additionalProperties: false,
    properties: {
      ...properties,
      capabilities: {
        type: 'object',
        description: capabilities.description,
        additionalProperties: false,
        properties: Object.fromEntries(
          registry.map((entry) => [entry.capability.name, capabilityJsonSchema(entry)]),
        ),
      },
    },
  };
}

/** A capability is off, an implementation by its name, or a block of that implementation's settings. */
function capabilityJsonSchema(entry: RegisteredCapability): JsonSchema {
  const names = entry.implementations.map((one) => one.name);
  return {
    description: entry.capability.summary,
    anyOf: [
      { enum: ['on', 'off', ...names] },
      ...entry.implementations.map((implementation, index) => blockJsonSchema(implementation, index === 0)),
    ],
  };
}

function blockJsonSchema(implementation: Implementation, standard: boolean): JsonSchema {
  const block = optional(z.toJSONSchema(implementation.settings, { io: 'input' }), implementation);
  const { $schema: _, ...rest } = block;
  return {
    ...rest,
    title: implementation.title,
    properties: {
      use: {
        const: implementation.name,
        description: standard ? 'Which implementation. This one is the default.' : 'Which implementation.',
      },
      ...asRecord(rest.properties),
    },
    ...(standard ? {} : { required: ['use'] }),
  };
}

/** Every field may be left out, because the profile fills it; what it fills in is said in the description. */
function optional(
  schema: JsonSchema,
  implementation: Implementation,
  path: readonly string[] = [],
): JsonSchema {
  const { required: _, ...rest } = schema;
  const properties = asRecord(rest.properties);
  if (properties) {
    const entries = Object.entries(properties).map(([name, property]) => {
      const record = asRecord(property);
      return [name, record ? optional(record, implementation, [...path, name]) : property];
    });
    return { ...rest, properties: Object.fromEntries(entries) };
  }
  const defaults = defaultsAt(implementation, path);
  if (path.length === 0 || defaults === undefined) return rest;
  return { ...rest, description: [rest.description, `Default: ${defaults}.`].filter(Boolean).join(' ') };
}

/** The default of a field as words: one value, or one for each profile where they differ. */
export function defaultsAt(implementation: Implementation, path: readonly string[]): string | undefined {
  const values = profileNames.map((profile) =>
    path.reduce<unknown>((value, key) => asRecord(value)?.[key], implementation.sizes[profile]),
  );
  if (values.every((value) => value === undefined)) return undefined;
  const texts = values.map((value) => (value === undefined ? 'none' : plain(value)));
  if (new Set(texts).size === 1) return texts[0];
  return profileNames.map((profile, index) => `${texts[index]} in ${profile}`).join(', ');
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
