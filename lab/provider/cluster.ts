import { type ApiResource, KubernetesClient, parseKubeconfig, readKubeconfig } from '../kubernetes/index.ts';
import type { EngineLog } from './engine-log.ts';
import { OutageReport } from './outage-report.ts';
import { isMap, type PropertyMap } from './property-values.ts';
import { isKubeconfigText, type ProviderSettings } from './settings.ts';
import { SharedWatches } from './shared-watches.ts';

/** What every operation on a resource needs: the cluster, the settings, somebody to tell. */
export interface Cluster {
  readonly client: KubernetesClient;
  readonly settings: ProviderSettings;
  readonly log: EngineLog;
  readonly watches: SharedWatches;
  /** Aborted when the engine cancels or the process ends. */
  readonly signal: AbortSignal;
  /** Resources that this run deletes before it makes them again; their objects are no foreigners in a preview. */
  readonly replacing: Set<string>;
  /** Namespaces that a preview has looked for, and whether they are there. */
  readonly namespaces: Map<string, Promise<boolean>>;
}

/** For how long the API server may be away before an operation fails, in milliseconds. */
const outageBoundMs = 60_000;

/** Opens the cluster that the settings name. @throws {KubeconfigError} */
export async function openCluster(
  settings: ProviderSettings,
  log: EngineLog,
  signal: AbortSignal,
): Promise<Cluster> {
  const outage = new OutageReport(log);
  const client = new KubernetesClient(await connectionOf(settings), {
    retryForMs: outageBoundMs,
    onRetry: (report) => outage.waiting(report),
    userAgent: 'ninefold-lab-provider',
  });
  return {
    client,
    settings,
    log,
    watches: new SharedWatches(client),
    signal,
    replacing: new Set(),
    namespaces: new Map(),
  };
}

/** The namespace that an object of a kind goes to; undefined for a kind that has none. */
export function namespaceFor(
  cluster: Cluster,
  resource: ApiResource,
  inputs: PropertyMap,
): string | undefined {
  if (!resource.namespaced) return undefined;
  const given = isMap(inputs.metadata) ? inputs.metadata.namespace : undefined;
  return typeof given === 'string' ? given : defaultNamespace(cluster);
}

/** Whether a namespace is there, asked once: for a preview, during which nothing changes. */
export function namespaceExists(cluster: Cluster, name: string): Promise<boolean> {
  const known = cluster.namespaces.get(name);
  if (known) return known;
  const found = cluster.client
    .find({ apiVersion: 'v1', kind: 'Namespace', name })
    .then((namespace) => namespace !== undefined)
    // Without the right to look, the objects themselves will tell.
    .catch(() => true);
  cluster.namespaces.set(name, found);
  return found;
}

/** The namespace of namespaced objects that name none. */
export function defaultNamespace(cluster: Cluster): string {
  return cluster.settings.namespace ?? cluster.client.defaultNamespace;
}

async function connectionOf({ kubeconfig, context }: ProviderSettings) {
  if (kubeconfig === undefined) return await readKubeconfig(pathFromEnvironment(), context);
  if (!isKubeconfigText(kubeconfig)) return await readKubeconfig(kubeconfig, context);
  return await parseKubeconfig(kubeconfig, { contextName: context, origin: "the provider's kubeconfig" });
}

function pathFromEnvironment(): string {
  const path = process.env.KUBECONFIG;
  if (path) return path;
  // The machine's own kubeconfig is never a fallback: a lab's provider has no business in another cluster.
  throw new Error("No kubeconfig: set the provider's `kubeconfig`, or KUBECONFIG in the environment.");
}
