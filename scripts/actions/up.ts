/** Brings an environment up. */
import { registry } from '../../components/registry.ts';
import { withLock } from '../../lab/host/lock.ts';
import { KubernetesClient } from '../../lab/kubernetes/index.ts';
import { loadPlan } from '../../stacks/environment-file.ts';
import { sourcesFor } from '../../stacks/layers.ts';
import { profiles } from '../../stacks/profiles.ts';
import type { UpOptions } from '../commands/up.ts';
import { openEngine } from '../engine/access.ts';
import { interruptible } from '../engine/interrupt.ts';
import { runLayers } from '../engine/layers-run.ts';
import { writeEngineRecord } from '../engine/record.ts';
import { readState } from '../engine/stack-state.ts';
import { sweep } from '../engine/sweep.ts';
import { environmentsOf, targetOf } from '../engine/target.ts';
import { exitCodes } from '../errors.ts';
import { planText } from '../terminal/plan-text.ts';
import { painter } from '../terminal/style.ts';
import { openView } from '../terminal/view.ts';

export async function up(options: UpOptions): Promise<number> {
  const plan = loadPlan(
    options.env,
    registry,
    { ...(options.cluster ? { cluster: options.cluster } : {}), allDefinitions: options.allDefinitions ?? false },
    environmentsOf(options),
  );
  const target = targetOf(plan, options);
  const sources = sourcesFor(plan, options.mirror);
  process.stdout.write(`${planText(plan, target, registry, sources, painter(process.stdout))}\n\n`);
  const view = await openView(process.stderr);
  const provider = options.provider ?? 'lab';
  try {
    await interruptible(
      (text) => view.report({ type: 'notice', text }),
      async (signal) => {
        await withLock(target.places.lock, { signal }, async () => {
          const { perZone, cpu, memory } = profiles[plan.environment.profile].labNodes;
          const session = await openEngine(target, {
            provider,
            nodes: { countPerZone: perZone, cpu, memory },
            report: view.report,
            signal,
          });
          writeEngineRecord(target.places.record, { environment: options.env, provider });
          const results = await runLayers('up', { session, plan, registry, sources, report: view.report, signal });
          const client = await KubernetesClient.fromKubeconfig(target.lab?.kubeconfig ?? '');
          const state = await readState(session, options.env);
          const swept = await sweep(client, options.env, state, signal);
          await client.close();
          console.log(results, swept.known.length, swept.strays, swept.unseen);
        });
      },
    );
  } finally {
    view.close();
  }
  return exitCodes.ok;
}
