/** Brings an environment up, or to what its settings say. */
import type { Plan } from '../../components/kit/plan.ts';
import { registry } from '../../components/registry.ts';
import { loadPlan } from '../../stacks/environment-file.ts';
import { sourcesFor } from '../../stacks/layers.ts';
import { connect, openEngine, openLab } from '../engine/access.ts';
import type { AccessOptions } from '../engine/run-events.ts';
import type { EngineSession } from '../engine/engine-session.ts';
import { runLayers } from '../engine/layers-run.ts';
import { type ProviderChoice, writeEngineRecord } from '../engine/record.ts';
import { checkStandingDefinitions } from '../engine/standing-definitions.ts';
import { readState } from '../engine/stack-state.ts';
import { sweep } from '../engine/sweep.ts';
import { type TargetOptions, environmentsOf, labNodesOf, type Target, targetOf } from '../engine/target.ts';
import { exitCodes, RefusedError } from '../errors.ts';
import { canAsk, confirm } from '../terminal/confirm.ts';
import { describePlace, planText } from '../terminal/plan-text.ts';
import { painter } from '../terminal/style.ts';
import { count } from '../terminal/words.ts';
import { type UpSummary, upSummary, upSummaryText } from '../terminal/up-summary.ts';
import { overridesOf } from './overrides.ts';
import { run } from './run.ts';
import { vendorMissing } from './vendor.ts';

/** Options of `up`. */
export interface UpOptions extends TargetOptions {
  mirror?: string;
  allDefinitions?: boolean;
  provider?: ProviderChoice;
  refresh?: boolean;
  yes?: boolean;
  json?: boolean;
}

/** `ninefold up`. */
export async function up(options: UpOptions): Promise<number> {
  const began = performance.now();
  const plan = loadPlan(options.env, registry, overridesOf(options), environmentsOf(options));
  const target = targetOf(plan, options);
  if (!target.lab) await vendorMissing(plan, options.mirror);
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
    await checkCluster(plan, target, access);
    writeEngineRecord(target.places.record, { environment: options.env, provider });
    await session.settleStacks(options.env, access);
    const layers = { session, plan, registry, sources, ...access };
    const results = await runLayers('up', { ...layers, refresh: options.refresh ?? false });
    let { state, swept } = await look(session, target, access);
    if (swept.missing.length > 0) {
      const text = `${count(swept.missing.length, 'object')} had gone from the cluster; bringing back what is missing.`;
      access.report({ type: 'notice', text });
      results.push(...(await runLayers('up', { ...layers, refresh: true })));
      ({ state, swept } = await look(session, target, access));
    }
    return upSummary(target, results, state, swept, performance.now() - began);
  });
  process.stdout.write(
    options.json ? `${JSON.stringify(summary, null, 2)}\n` : upSummaryText(summary, painter(process.stdout)),
  );
  return summary.missing.length === 0 ? exitCodes.ok : exitCodes.failed;
}

/** @throws RefusedError when the cluster would refuse what the plan brings */
async function checkCluster(plan: Plan, target: Target, { signal }: AccessOptions): Promise<void> {
  const client = await connect(target);
  try {
    await checkStandingDefinitions(client, plan, signal);
  } finally {
    await client.close();
  }
}

/** Compares the cluster with the state, as both are now. */
async function look(session: EngineSession, target: Target, { signal }: AccessOptions) {
  const client = await connect(target);
  try {
    const state = await readState(session, target.environment);
    return { state, swept: await sweep(client, target.environment, state, signal) };
  } finally {
    await client.close();
  }
}
