/** Shows what an `up` would change, as the engine sees it. */
import { registry } from '../../components/registry.ts';
import { loadPlan } from '../../stacks/environment-file.ts';
import { sourcesFor } from '../../stacks/layers.ts';
import { openEngine, openLab } from '../engine/access.ts';
import type { LayerResult } from '../engine/layer-run.ts';
import { runLayers } from '../engine/layers-run.ts';
import { type TargetOptions, environmentsOf, labNodesOf, providerOf, targetOf } from '../engine/target.ts';
import { describeType } from '../engine/urn.ts';
import { exitCodes } from '../errors.ts';
import { columns } from '../terminal/columns.ts';
import { describeCounts } from '../terminal/run-model.ts';
import { type Paint, painter, type Role } from '../terminal/style.ts';
import { overridesOf } from './overrides.ts';
import { run } from './run.ts';
import { vendorMissing } from './vendor.ts';

/** Options of `preview`. */
export interface PreviewOptions extends TargetOptions {
  mirror?: string;
  allDefinitions?: boolean;
  refresh?: boolean;
  json?: boolean;
}

/** How many changes of a layer are shown one by one. */
const shownChanges = 60;

/** `ninefold preview`. */
export async function preview(options: PreviewOptions): Promise<number> {
  const plan = loadPlan(options.env, registry, overridesOf(options), environmentsOf(options));
  const target = targetOf(plan, options);
  if (!target.lab) await vendorMissing(plan, options.mirror);
  const sources = sourcesFor(plan, options.mirror);
  const results = await run(target, async (access) => {
    const session = await openEngine(target, providerOf(target), access);
    await openLab(target, labNodesOf(plan), access);
    await session.settleStacks(options.env, access);
    const refresh = options.refresh ?? false;
    return runLayers('preview', { session, plan, registry, sources, refresh, ...access });
  });
  process.stdout.write(options.json ? json(options.env, results) : text(results, painter(process.stdout)));
  return exitCodes.ok;
}

function json(environment: string, results: readonly LayerResult[]): string {
  const layers = results.map(({ layer, counts, changes }) => ({ layer, counts, changes }));
  const changed = results.some(({ changes }) => changes.length > 0);
  return `${JSON.stringify({ environment, changed, layers }, null, 2)}\n`;
}

const signs: Readonly<Record<string, readonly [Role, string]>> = {
  create: ['good', '+'],
  update: ['warning', '~'],
  replace: ['bad', '±'],
  delete: ['bad', '-'],
};

function text(results: readonly LayerResult[], paint: Paint): string {
  const lines = results.flatMap(({ layer, counts, changes }) => {
    const rows = changes.slice(0, shownChanges).map(({ change, name, urn, fields }) => {
      const [role, sign] = signs[change] ?? (['quiet', ' '] as const);
      return [paint(role, sign), describeType(urn), name, paint('quiet', fields.join(', '))];
    });
    const more = changes.length - rows.length;
    return [
      `${paint('strong', layer)}: ${describeCounts(counts)}`,
      ...columns(rows),
      ...(more > 0 ? [`  and ${more} more`] : []),
    ];
  });
  return `\n${lines.join('\n')}\n`;
}
