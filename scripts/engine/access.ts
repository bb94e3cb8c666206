/** The way to a running cluster and to the engine, made ready step by step. */
import {
  ensureTools,
  type LabNodes,
  preparePulumiHome,
  startLab,
  type ToolName,
  toolNames,
} from '../../lab/index.ts';
import { installProvider } from '../../lab/provider/index.ts';
import type { EngineUse } from './engine-environment.ts';
import { EngineSession } from './engine-session.ts';
import { labPulumiHome } from './places.ts';
import type { ProviderChoice } from './record.ts';
import type { RunReport } from './run-events.ts';
import type { LabPlace, Target } from './target.ts';

/** Options for {@link openEngine}. */
export interface AccessOptions {
  provider: ProviderChoice;
  /** Size of the lab's nodes. @default as the lab has them */
  nodes?: LabNodes;
  report: RunReport;
  signal: AbortSignal;
}

/**
 * Gets the programs, starts the lab where the target is one, and opens the engine.
 * @throws ToolchainError when programs can't be had
 * @throws LabError when the lab does not start
 */
export async function openEngine(target: Target, options: AccessOptions): Promise<EngineSession> {
  const { places, lab } = target;
  const needed: readonly ToolName[] = lab ? toolNames : ['pulumi'];
  const programs = await step(options, 'toolchain', async () => {
    const paths = await ensureTools(needed, {
      report: (event) => options.report({ type: 'tool', event }),
      signal: options.signal,
    });
    return { result: paths, detail: `${needed.length === 1 ? needed[0] : `${needed.length} programs`}` };
  });
  if (!lab) return new EngineSession({ program: programs.pulumi, places, use: { cluster: 'existing' } });
  await step(options, 'lab', () => start(lab, options));
  const { program, use } = await prepareLabEngine(lab, options.provider);
  return new EngineSession({ program, places, use });
}

/** Opens the engine for a lab that runs already, without a word. */
export async function openRunningEngine(target: Target, provider: ProviderChoice): Promise<EngineSession> {
  const { places, lab } = target;
  if (lab) return new EngineSession({ places, ...(await prepareLabEngine(lab, provider)) });
  const { pulumi } = await ensureTools(['pulumi']);
  return new EngineSession({ program: pulumi, places, use: { cluster: 'existing' } });
}

async function prepareLabEngine(
  lab: LabPlace,
  provider: ProviderChoice,
): Promise<{ program: string; use: EngineUse }> {
  const pulumiHome = labPulumiHome(provider);
  const program = await preparePulumiHome(pulumiHome);
  if (provider === 'lab') await installProvider(pulumiHome);
  const downloads = provider === 'official';
  return { program, use: { cluster: 'lab', kubeconfig: lab.kubeconfig, pulumiHome, downloads } };
}

async function start(lab: LabPlace, { nodes, report, signal }: AccessOptions) {
  const { server } = await startLab({
    directory: lab.directory,
    ...(nodes ? { nodes } : {}),
    report: (event) => report({ type: 'lab', event }),
    signal,
  });
  return { result: undefined, detail: server };
}

async function step<T>(
  { report }: AccessOptions,
  name: string,
  action: () => Promise<{ result: T; detail: string }>,
): Promise<T> {
  const began = performance.now();
  report({ type: 'step-begins', step: name });
  const { result, detail } = await action();
  report({ type: 'step-ends', step: name, detail, elapsedMs: Math.round(performance.now() - began) });
  return result;
}
