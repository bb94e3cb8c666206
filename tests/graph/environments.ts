import { profileNames } from '../../components/kit/profile.ts';
import { registry } from '../../components/registry.ts';
import { coveringArray } from '../support/covering-array.ts';
import { type RecordedPlatform, recordPlatform, type TestEnvironment } from '../support/recorded-platform.ts';

/** An environment that every invariant is held against. */
export interface JudgedEnvironment {
  name: string;
  environment: TestEnvironment;
}

/** Every two implementations of different capabilities together, in every profile, with everything on. */
function combinations(): JudgedEnvironment[] {
  const rows = coveringArray(registry.map(({ implementations }) => implementations.length));
  return profileNames.flatMap((profile) =>
    rows.map((row) => {
      const chosen = registry.map(({ capability, implementations }, index) => ({
        capability: capability.name,
        name: implementations[row[index] ?? 0]?.name ?? '',
        isDefault: row[index] === 0,
      }));
      const others = chosen.filter(({ isDefault }) => !isDefault).map(({ name }) => name);
      return {
        name: others.length > 0 ? `${profile} with ${others.join(', ')}` : profile,
        environment: {
          profile,
          capabilities: Object.fromEntries(chosen.map(({ capability, name }) => [capability, name])),
        },
      };
    }),
  );
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

/** What only shows on a cluster that is no lab. */
const ownCluster: JudgedEnvironment = {
  name: 'small on a cluster of one’s own',
  environment: { profile: 'small', cluster: { kind: 'existing', context: 'example' } },
};

/** Settings that make another thing of an implementation. */
const variants: readonly JudgedEnvironment[] = profileNames.map((profile) => ({
  name: `${profile} with sidecars`,
  environment: { profile, capabilities: { mesh: { dataPlane: 'sidecar' } } },
}));

/** Every environment that invariants are held against. */
export const judgedEnvironments: readonly JudgedEnvironment[] = [
  ...combinations(),
  ...variants,
  busy,
  ownCluster,
];

/** An environment with what it registers. */
export interface Judged extends RecordedPlatform {
  name: string;
}

let recorded: Promise<readonly Judged[]> | undefined;

/** All environments with what they register: recorded once, whoever asks. */
export function recordAll(): Promise<readonly Judged[]> {
  recorded ??= record();
  return recorded;
}

async function record(): Promise<readonly Judged[]> {
  const all: Judged[] = [];
  for (const { name, environment } of judgedEnvironments) {
    all.push({ name, ...(await recordPlatform(environment)) });
  }
  return all;
}
