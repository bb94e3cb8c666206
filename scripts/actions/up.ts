/** Brings an environment up, or to what its settings say. */
import { registry } from '../../components/registry.ts';
import { loadPlan } from '../../stacks/environment-file.ts';
import { sourcesFor } from '../../stacks/layers.ts';
import type { UpOptions } from '../commands/up.ts';
import { connect, openEngine, openLab } from '../engine/access.ts';
import { runLayers } from '../engine/layers-run.ts';
import { writeEngineRecord } from '../engine/record.ts';
import { readState } from '../engine/stack-state.ts';
import { sweep } from '../engine/sweep.ts';
import { environmentsOf, labNodesOf, targetOf } from '../engine/target.ts';
import { exitCodes, RefusedError } from '../errors.ts';
import { canAsk, confirm } from '../terminal/confirm.ts';
import { describePlace, planText } from '../terminal/plan-text.ts';
import { painter } from '../terminal/style.ts';
import { type UpSummary, upSummary, upSummaryText } from '../terminal/up-summary.ts';
import { overridesOf } from './overrides.ts';
import { run } from './run.ts';

/** `ninefold up`. */
export async function up(options: UpOptions): Promise<number> {
  const began = performance.now();
  const plan = loadPlan(options.env, registry, overridesOf(options), environmentsOf(options));
  const target = targetOf(plan, options);
  const sources = sourcesFor(plan, options.mirror);
  const provider = target.lab ? (options.provider ?? 'lab') : 'official';
  const told = options.json ? process.stderr : process.stdout;
  told.write(`${planText(plan, target, registry, sources, painter(told))}\n\n`);
  if (!target.lab && !options.yes) {
    if (!canAsk())
      throw new RefusedError(`This changes ${describePlace(target)}. Say --yes where nobody can be asked.`);
    if (!(await confirm(`This changes ${describePlace(target)}.`, 'yes'))) return exitCodes.failed;
  }
  const summary = await run(target, async (access): Promise<UpSummary> => {
    const session = await openEngine(target, provider, access);
    await openLab(target, labNodesOf(plan), access);
    writeEngineRecord(target.places.record, { environment: options.env, provider });
    const refresh = options.refresh ?? false;
    const results = await runLayers('up', { session, plan, registry, sources, refresh, ...access });
    const client = await connect(target);
    try {
      const state = await readState(session, options.env);
      const swept = await sweep(client, options.env, state, access.signal);
      return upSummary(target, results, state, swept, performance.now() - began);
    } finally {
      await client.close();
    }
  });
  process.stdout.write(
    options.json ? `${JSON.stringify(summary, null, 2)}\n` : upSummaryText(summary, painter(process.stdout)),
  );
  return exitCodes.ok;
}
