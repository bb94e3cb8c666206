import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type ObjectSources, objectSources } from '../components/kit/object-sources.ts';
import { type LayerName, layerNames, type Plan } from '../components/kit/plan.ts';
import type { Registry } from '../components/kit/registry.ts';
import { emitFoundation } from './foundation.ts';
import { emitPlatform } from './platform.ts';

const root = join(import.meta.dirname, '..');

/** Reviewed objects of releases. @default `vendor` in the project; `NINEFOLD_VENDOR` names another */
export function vendorDirectory(): string {
  return resolve(process.env.NINEFOLD_VENDOR || join(root, 'vendor'));
}

/** Emits the resources of one layer and returns the outputs of its stack. */
export function emitLayer(
  layer: LayerName,
  plan: Plan,
  registry: Registry,
  sources: ObjectSources,
): Record<string, unknown> {
  switch (layer) {
    case 'foundation':
      return { ...emitFoundation(plan, sources) };
    case 'platform':
      return { ...emitPlatform(plan, registry, sources) };
  }
}

/** What was read of a mirror, kept by content: to parse the definitions of all upstreams takes seconds. */
export const definitionCache = join(root, '.ninefold/cache/definitions');

/**
 * Where the objects of this plan come from: `vendor/`, then a mirror directory, then in the lab stand-ins.
 * @param mirror Directory of upstream definitions. @default `NINEFOLD_MIRROR`, or `../shared/upstream` where it is
 */
export function sourcesFor(plan: Plan, mirror = defaultMirror()): ObjectSources {
  return objectSources({
    vendor: { directory: vendorDirectory(), kubernetes: plan.environment.cluster.version },
    mirror,
    cache: definitionCache,
    standIns: plan.environment.cluster.kind === 'lab',
  });
}

/** Reads a stack's name, `<environment>.<layer>`. @throws RangeError when it is not of that form. */
export function parseStackName(stack: string): { environment: string; layer: LayerName } {
  const [environment = '', name = ''] = stack.split('.');
  const layer = layerNames.find((one) => one === name);
  if (!layer || environment === '') {
    throw new RangeError(
      `the stack "${stack}" is not <environment>.<layer>, where the layer is one of ${layerNames.join(', ')}`,
    );
  }
  return { environment, layer };
}

/** The mirror that is taken when none is named. One that several checkouts share stands beside them. */
export function defaultMirror(): string | undefined {
  const beside = join(root, '../shared/upstream');
  return process.env.NINEFOLD_MIRROR ?? (existsSync(beside) ? beside : undefined);
}
