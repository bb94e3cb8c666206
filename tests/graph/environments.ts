import { profileNames } from '../../components/kit/profile.ts';
import { registry } from '../../components/registry.ts';
import { type RecordedPlatform, recordPlatform, type TestEnvironment } from '../support/recorded-platform.ts';

/** An environment that every invariant is held against. */
export interface JudgedEnvironment {
  name: string;
  environment: TestEnvironment;
}

/** All profiles with everything on, and every implementation that is not a default, in all profiles. */
function combinations(): JudgedEnvironment[] {
  const everything = Object.fromEntries(registry.map((entry) => [entry.capability.name, 'on']));
  return profileNames.flatMap((profile) => [
    { name: profile, environment: { profile, capabilities: everything } },
    ...registry.flatMap(({ capability, implementations }) =>
      implementations.slice(1).map(({ name }) => ({
        name: `${profile} with ${name}`,
        environment: { profile, capabilities: { ...everything, [capability.name]: name } },
      })),
    ),
  ]);
}

/** What only shows when an environment says more than its profile. */
const busy: JudgedEnvironment = {
  name: 'production with exceptions, an image mirror, topics and users, backups',
  environment: {
    profile: 'production',
    images: { prefix: 'mirror.example.org/cache' },
    exceptions: [
      {
        rule: 'egress',
        capability: 'streaming',
        to: '192.0.2.0/24',
        ports: [9094],
        reason: 'mirroring to the partner’s cluster',
        until: '2031-12-31',
      },
    ],
    capabilities: {
      database: {
        backup: {
          destination: 's3://example-backups/production',
          credentials: { kind: 'pod-identity', roleArn: 'arn:aws:iam::123456789012:role/backups' },
        },
      },
      streaming: {
        topics: [{ name: 'audit.records', partitions: 6, retention: 'forever' }],
        users: [{ name: 'auditor', consumes: [{ topic: 'audit.records', group: 'auditor' }] }],
      },
    },
  },
};

/** Every environment that invariants are held against. */
export const judgedEnvironments: readonly JudgedEnvironment[] = [...combinations(), busy];

/** An environment with what it registers. */
export interface Judged extends RecordedPlatform {
  name: string;
}

/** Records all environments. */
export async function recordAll(): Promise<readonly Judged[]> {
  const recorded: Judged[] = [];
  for (const { name, environment } of judgedEnvironments) {
    recorded.push({ name, ...(await recordPlatform(environment)) });
  }
  return recorded;
}
