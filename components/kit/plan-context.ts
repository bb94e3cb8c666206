import type { ClusterSettings } from './cluster-settings.ts';
import type { ImageSettings } from './images.ts';
import type { Environment } from './plan.ts';
import type { ProfileName } from './profile.ts';

/** What an implementation may look at when it answers for the plan. All plain data. */
export interface PlanContext<S> {
  environment: string;
  profile: ProfileName;
  domain: string;
  cluster: ClusterSettings;
  /** Where images are pulled from, for releases whose workloads start others. */
  images: ImageSettings;
  settings: S;
}

/** What an implementation is shown when it answers for one environment. */
export function planContext<S>(environment: Environment, settings: S): PlanContext<S> {
  return {
    environment: environment.name,
    profile: environment.profile,
    domain: environment.domain,
    cluster: environment.cluster,
    images: environment.images,
    settings,
  };
}
