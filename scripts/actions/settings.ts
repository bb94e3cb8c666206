/** The settings of an environment as they take effect. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { asRecord } from '../../components/kit/manifest.ts';
import type { Plan } from '../../components/kit/plan.ts';
import { registry } from '../../components/registry.ts';
import { environmentsDirectory, loadPlan } from '../../stacks/environment-file.ts';
import { environmentJsonSchema } from '../../stacks/schema.ts';
import { type TargetOptions, environmentsOf } from '../engine/target.ts';
import { exitCodes } from '../errors.ts';
import { columns } from '../terminal/columns.ts';
import { painter } from '../terminal/style.ts';
import { overridesOf } from './overrides.ts';

/** Options of `settings`. */
export interface SettingsOptions extends TargetOptions {
  schema?: boolean;
  json?: boolean;
}

/** One setting. */
interface EffectiveSetting {
  path: string;
  value: unknown;
  /** The command line, the environment's file, its profile, or the default of every environment. */
  from: 'command line' | 'file' | `profile ${string}` | 'default';
}

/** `ninefold settings`. */
export async function settings(options: SettingsOptions): Promise<number> {
  if (options.schema) {
    process.stdout.write(`${JSON.stringify(environmentJsonSchema(registry), null, 2)}\n`);
    return exitCodes.ok;
  }
  const directory = environmentsOf(options);
  const plan = loadPlan(options.env, registry, overridesOf(options), directory);
  const file = join(directory ?? environmentsDirectory, `${options.env}.yaml`);
  const given = asRecord(parse(readFileSync(file, 'utf8'))) ?? {};
  const found = effectiveSettings(plan, given, options.cluster !== undefined);
  if (options.json) process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
  else {
    const paint = painter(process.stdout);
    const rows = found.map(({ path, value, from }) => [
      path,
      typeof value === 'string' ? value : JSON.stringify(value),
      paint(from === 'file' || from === 'command line' ? 'accent' : 'quiet', from),
    ]);
    process.stdout.write(`${columns(rows, '').join('\n')}\n`);
  }
  return exitCodes.ok;
}

function effectiveSettings(
  plan: Plan,
  given: Readonly<Record<string, unknown>>,
  overridden: boolean,
): EffectiveSetting[] {
  const { environment } = plan;
  const profile = `profile ${environment.profile}` as const;
  const at = (path: readonly string[]) =>
    path.reduce<unknown>((value, key) => asRecord(value)?.[key], given) !== undefined;
  const general = { ...environment, name: undefined, capabilities: undefined };
  const top = leaves(general).map(({ path, value }): EffectiveSetting => {
    const otherwise = path[0] === 'protection' ? profile : 'default';
    const from = at(path) ? 'file' : otherwise;
    const overrides = overridden && path[0] === 'cluster' && path[1] === 'kind';
    return { path: path.join('.'), value, from: overrides ? 'command line' : from };
  });
  const blocks = environment.capabilities.flatMap(({ capability, implementation, settings: own }) => {
    const path = ['capabilities', capability];
    const chosen = typeof asRecord(given.capabilities)?.[capability] === 'string' || at([...path, 'use']);
    const use: EffectiveSetting = {
      path: [...path, 'use'].join('.'),
      value: implementation,
      from: chosen ? 'file' : 'default',
    };
    const rest = leaves(own).map((leaf): EffectiveSetting => ({
      path: [...path, ...leaf.path].join('.'),
      value: leaf.value,
      from: at([...path, ...leaf.path]) ? 'file' : profile,
    }));
    return [use, ...rest];
  });
  return [...top, ...blocks];
}

/** Every value that is no block of others, with its path. Lists are values: they are given or taken whole. */
function leaves(value: unknown, path: readonly string[] = []): { path: readonly string[]; value: unknown }[] {
  const record = asRecord(value);
  if (!record) return value === undefined ? [] : [{ path, value }];
  return Object.entries(record).flatMap(([key, one]) => leaves(one, [...path, key]));
}
