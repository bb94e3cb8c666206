/** The environment variables of the engine. */
import { pathToFileURL } from 'node:url';
import type { EnginePlaces } from './places.ts';

/** What the engine is run for. */
export type EngineUse =
  { cluster: 'lab'; kubeconfig: string; pulumiHome: string; downloads: boolean } | { cluster: 'existing' };

/** What is the same everywhere: nothing that asks, advertises or calls home. */
const quiet = {
  PULUMI_AUTOMATION_API: 'true',
  PULUMI_SKIP_UPDATE_CHECK: 'true',
  PULUMI_SUPPRESS_NEO_LINK: 'true',
};

/** All of the engine's environment. */
export function engineEnvironment(use: EngineUse, places: EnginePlaces): NodeJS.ProcessEnv {
  const fileBackend = {
    PULUMI_BACKEND_URL: pathToFileURL(places.state).href,
    PULUMI_CONFIG_PASSPHRASE_FILE: places.passphrase,
  };
  if (use.cluster === 'existing') {
    if (usesOwnBackend()) return { ...process.env, ...quiet };
    const { PULUMI_CONFIG_PASSPHRASE: _, ...rest } = process.env;
    return { ...rest, ...quiet, ...fileBackend };
  }
  // What the user has set for another Pulumi, such as a passphrase or a backend, is none of the lab's.
  const rest = Object.entries(process.env).filter(([name]) => !name.startsWith('PULUMI_'));
  return {
    ...Object.fromEntries(rest),
    ...quiet,
    ...fileBackend,
    KUBECONFIG: use.kubeconfig,
    PULUMI_HOME: use.pulumiHome,
    PULUMI_IGNORE_AMBIENT_PLUGINS: 'true',
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: String(!use.downloads),
    // The state is written once at the end: the lab's provider adopts what carries its URN, so nothing is lost.
    PULUMI_EXPERIMENTAL: 'true',
    PULUMI_SKIP_CHECKPOINTS: 'true',
    PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS: 'true',
    PULUMI_LOG_ROTATION_MAX_AGE_DAYS: '1',
    PULUMI_LOG_ROTATION_MAX_TOTAL_MB: '20',
  };
}

/** Whether the user has a backend of their own for clusters of their own. */
export function usesOwnBackend(): boolean {
  return Boolean(process.env.PULUMI_BACKEND_URL);
}
