/** Brings an environment up: every layer in its order. */
import { stackName } from '../../components/kit/naming.ts';
import type { ObjectSources } from '../../components/kit/object-sources.ts';
import { layerNames, type Plan } from '../../components/kit/plan.ts';
import type { Registry } from '../../components/kit/registry.ts';
import { recordProgram } from '../../preview/monitor.ts';
import { emitLayer } from '../../stacks/layers.ts';
import { type EngineSession, projectName } from './engine-session.ts';
import { type LayerResult, runLayer } from './layer-run.ts';
import type { Operation, RunReport } from './run-events.ts';

/** What to bring up and who is told. */
export interface LayersRun {
  session: EngineSession;
  plan: Plan;
  registry: Registry;
  sources: ObjectSources;
  /** Read every object first, so that what was changed by hand is seen. @default false */
  refresh?: boolean;
  report: RunReport;
  signal: AbortSignal;
}

/**
 * Runs one operation on every layer of a plan, from the first to the last.
 * @throws EngineFailure at the first layer that fails
 * @throws InterruptedError when the signal ended it
 */
export async function runLayers(
  operation: Exclude<Operation, 'destroy'>,
  run: LayersRun,
): Promise<LayerResult[]> {
  const results: LayerResult[] = [];
  for (const layer of layerNames) {
    const stack = stackName(run.plan.environment.name, layer);
    const program = async () => emitLayer(layer, run.plan, run.registry, run.sources);
    // A dry run in this process says how many resources there will be, so that progress has an end.
    const { graph } = await recordProgram(program, { project: projectName, stack });
    // With a refresh every resource is met twice.
    const total = run.refresh ? 2 * graph.size : graph.size;
    results.push(await runLayer({ ...run, stack, layer, operation, program, total }));
  }
  return results;
}
