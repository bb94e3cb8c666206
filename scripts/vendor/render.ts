/** Renders a chart with Helm, away from every cluster and from the user's own Helm. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Manifest } from '../../components/kit/manifest.ts';
import type { ChartValues } from '../../components/kit/release.ts';
import { parseObjects } from '../../components/kit/vendored.ts';

/** What is rendered. */
export interface Rendering {
  /** Path of the chart's archive. */
  archive: string;
  /** Name of the release: charts name their objects by it. */
  name: string;
  namespace: string;
  values: ChartValues;
  /** Minor version of the cluster, such as `1.36`. */
  kubernetes: string;
  /** Whether the definitions in the chart's own folder for them are wanted too. @default false */
  definitions?: boolean;
}

/** How Helm is run. */
export interface HelmOptions {
  /** Path of the program. */
  helm: string;
  signal?: AbortSignal | undefined;
}

/** The objects of a chart. @throws Error with what Helm says */
export async function renderChart(rendering: Rendering, { helm, signal }: HelmOptions): Promise<Manifest[]> {
  const home = await mkdtemp(join(tmpdir(), 'ninefold-helm-'));
  try {
    const values = join(home, 'values.json');
    await writeFile(values, JSON.stringify(rendering.values), { mode: 0o600 });
    const { stdout } = await promisify(execFile)(
      helm,
      [
        'template',
        rendering.name,
        rendering.archive,
        `--namespace=${rendering.namespace}`,
        `--values=${values}`,
        `--kube-version=${rendering.kubernetes}.0`,
        rendering.definitions ? '--include-crds' : '--skip-crds',
      ],
      { env: environment(home), maxBuffer: 256 << 20, timeout: 120_000, ...(signal ? { signal } : {}) },
    );
    return parseObjects(stdout, `the rendering of ${rendering.name}`);
  } catch (error) {
    signal?.throwIfAborted();
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    throw new Error(said.replace(/^Error: /, '') || (error instanceof Error ? error.message : String(error)));
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/** Nothing of the user's: neither plugins and repositories, nor a cluster that templates could ask. */
function environment(home: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    HOME: home,
    HELM_CACHE_HOME: join(home, 'cache'),
    HELM_CONFIG_HOME: join(home, 'config'),
    HELM_DATA_HOME: join(home, 'data'),
    KUBECONFIG: join(home, 'kubeconfig'),
  };
}
