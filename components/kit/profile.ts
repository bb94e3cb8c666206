/** How big and how careful a platform is, apart from the kind of cluster it runs on. */
export const profileNames = ['minimal', 'small', 'production'] as const;

/**
 * - `minimal`: the smallest that shows the shape; one replica of everything.
 * - `small`: a team's platform without promises of high availability.
 * - `production`: highly available over three zones, data protected.
 */
export type ProfileName = (typeof profileNames)[number];

/** One value per profile. */
export type ByProfile<T> = Readonly<Record<ProfileName, T>>;
