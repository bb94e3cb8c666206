/** The way to the engine and to the cluster, made ready step by step. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  ensureTools,
  type LabNodes,
  preparePulumiHome,
  startLab,
  type ToolName,
  labToolNames,
} from '../../lab/index.ts';
import { KubernetesClient } from '../../lab/kubernetes/index.ts';
import { installProvider } from '../../lab/provider/index.ts';
import { EngineSession } from './engine-session.ts';
import { labPulumiHome } from './places.ts';
import type { ProviderChoice } from './record.ts';
import type { AccessOptions } from './run-events.ts';
import type { Target } from './target.ts';
import { userKubeconfig } from './user-kubeconfig.ts';

/**
 * Gets every program that the target needs and opens the engine.
 * @throws ToolchainError when programs can't be had
 */
export async function openEngine(
  target: Target,
  provider: ProviderChoice,
  options: AccessOptions,
): Promise<EngineSession> {
  const { places, lab } = target;
  const needed: readonly ToolName[] = lab ? labToolNames : ['pulumi'];
  const { pulumi } = await asStep(options, 'toolchain', `${needed.length} programs`, () =>
    ensureTools(needed, {
      report: (event) => options.report({ type: 'tool', event }),
      signal: options.signal,
    }),
  );
  if (!lab) return new EngineSession({ program: pulumi, places, use: { cluster: 'existing' } });
  forgetUserCluster();
  const pulumiHome = labPulumiHome(provider);
  const program = await preparePulumiHome(pulumiHome);
  if (provider === 'lab') await installProvider(pulumiHome);
  withoutEngineLogs(pulumiHome);
  const downloads = provider === 'official';
  const use = { cluster: 'lab' as const, kubeconfig: lab.kubeconfig, pulumiHome, downloads };
  return new EngineSession({ program, places, use });
}

/**
 * Starts the lab of a target, or repairs it; does nothing for a cluster of the user's.
 * @param nodes Size of the lab's nodes. @default as the lab has them
 * @throws LabError when it does not start
 */
export async function openLab(
  target: Target,
  nodes: LabNodes | undefined,
  options: AccessOptions,
): Promise<void> {
  const { lab } = target;
  if (!lab) return;
  const { report, signal } = options;
  await asStep(options, 'lab', 'ready', () =>
    startLab({
      directory: lab.directory,
      ...(nodes ? { nodes } : {}),
      report: (event) => report({ type: 'lab', event }),
      signal,
    }),
  );
}

/** A client for the cluster of a target. @throws KubeconfigError when the kubeconfig does not have it */
export async function connect({ lab, existing }: Target): Promise<KubernetesClient> {
  if (lab) return KubernetesClient.fromKubeconfig(lab.kubeconfig);
  return KubernetesClient.fromKubeconfig(existing?.kubeconfig ?? userKubeconfig(), existing?.context);
}

/**
 * The Kubernetes SDK puts these variables of this process into the settings of a provider. What the user has set for
 * a cluster of theirs must not lead a lab's objects there.
 */
function forgetUserCluster(): void {
  for (const name of Object.keys(process.env)) {
    if (name === 'KUBECONFIG' || name.startsWith('PULUMI_K8S_')) delete process.env[name];
  }
}

/**
 * The engine keeps a trace of every run in its home. It takes a quarter of the time of a run, and what is worth
 * knowing stands in the lab's own logs, so a file lies where the directory would be.
 */
function withoutEngineLogs(pulumiHome: string): void {
  const logs = join(pulumiHome, 'logs');
  mkdirSync(pulumiHome, { recursive: true, mode: 0o700 });
  if (!existsSync(logs)) writeFileSync(logs, '');
}

async function asStep<T>(
  { report }: AccessOptions,
  step: string,
  detail: string,
  action: () => Promise<T>,
): Promise<T> {
  const began = performance.now();
  const ends = (failed: boolean, text: string) =>
    report({
      type: 'step-ends',
      step,
      detail: text,
      elapsedMs: Math.round(performance.now() - began),
      failed,
    });
  report({ type: 'step-begins', step });
  try {
    const result = await action();
    ends(false, detail);
    return result;
  } catch (error) {
    ends(true, 'failed');
    throw error;
  }
}
