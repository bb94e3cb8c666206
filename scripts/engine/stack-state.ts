/** What the engine knows of the stacks of an environment. */
import * as z from 'zod';
import { stackName } from '../../components/kit/naming.ts';
import { type LayerName, layerNames } from '../../components/kit/plan.ts';
import type { EngineSession } from './engine-session.ts';

const resourceSchema = z.object({
  urn: z.string(),
  type: z.string(),
  custom: z.boolean().default(false),
  id: z.string().optional(),
  protect: z.boolean().default(false),
  retainOnDelete: z.boolean().default(false),
  inputs: z.record(z.string(), z.unknown()).default({}),
  outputs: z.record(z.string(), z.unknown()).default({}),
});

const exportSchema = z.object({
  deployment: z.object({ resources: z.array(resourceSchema).default([]) }),
});

const listSchema = z.array(z.object({ name: z.string() }));

/** One resource in the state. Secret values are encrypted in it. */
export type StateResource = z.infer<typeof resourceSchema>;

/** The stacks of an environment that exist, in the order in which they go up. */
export type EnvironmentState = ReadonlyMap<LayerName, readonly StateResource[]>;

/** Reads all stacks of an environment. */
export async function readState(session: EngineSession, environment: string): Promise<EnvironmentState> {
  const listed = listSchema.parse(JSON.parse(await session.run('stack', 'ls', '--json')));
  // A backend with organizations puts one before the name.
  const names = new Set(listed.map(({ name }) => name.split('/').at(-1)));
  const layers = layerNames.filter((layer) => names.has(stackName(environment, layer)));
  const stacks = await Promise.all(
    layers.map(async (layer) => {
      const text = await session.run('stack', 'export', '--stack', stackName(environment, layer));
      return [layer, exportSchema.parse(JSON.parse(text)).deployment.resources] as const;
    }),
  );
  return new Map(stacks);
}

/** What a stack told about itself when it was last brought up. */
export function stackOutputs(resources: readonly StateResource[]): Record<string, unknown> {
  return resources.find(({ type }) => type === 'pulumi:pulumi:Stack')?.outputs ?? {};
}
