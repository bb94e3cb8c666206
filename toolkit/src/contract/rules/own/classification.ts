import type { Classification, ServiceContract } from '../../generated/types.ts';
import { classifications } from '../../schema/fields.ts';
import type { Path } from '../../violation.ts';
import type { OwnRule } from '../rule.ts';

/** Whether one kind of data is more sensitive than another. */
export function exceeds(left: Classification, right: Classification): boolean {
  return classifications.indexOf(left) > classifications.indexOf(right);
}

/** Whether data is about a person. */
export function isPersonal(classification: Classification): boolean {
  return !exceeds('personal', classification);
}

/** The kinds of data up to one, in words. */
export function upTo(classification: Classification): string {
  return classifications.filter((candidate) => !exceeds(candidate, classification)).join(', ');
}

/** What is said to travel, and where it is said. */
function* statements(contract: ServiceContract): Iterable<{ path: Path; classification: Classification }> {
  for (const [kind, api] of Object.entries(contract.apis)) {
    if (api) yield { path: ['apis', kind, 'classification'], classification: api.classification };
  }
  for (const section of ['calls', 'publishes', 'queues'] as const) {
    for (const [index, item] of contract[section].entries()) {
      yield { path: [section, index, 'classification'], classification: item.classification };
    }
  }
}

/** A service can't keep or send what it must not be given. */
export const clearanceCoversData: OwnRule = {
  reads: ['data', 'apis', 'calls', 'publishes', 'queues'],
  *check(contract) {
    const { classification, clearance } = contract.data;
    if (exceeds(classification, clearance)) {
      yield {
        rule: 'clearance-below-data',
        path: ['data', 'clearance'],
        problem: `is below the ${classification} data that the service keeps`,
        allowed: classifications.filter((candidate) => !exceeds(classification, candidate)).join(', '),
        fix: `Write ${classification}, or leave it out.`,
      };
    }
    for (const { path, classification: sent } of statements(contract)) {
      if (exceeds(sent, clearance) && exceeds(sent, classification)) {
        yield {
          rule: 'clearance-below-data',
          path,
          problem: `is more than the service is cleared for, ${clearance}`,
          allowed: upTo(clearance),
          fix: `Write ${clearance} or less, or raise data.clearance.`,
        };
      }
    }
  },
};

/** Personal data is not kept for ever by forgetting to say how long. */
export const personalDataNeedsRetention: OwnRule = {
  reads: ['data'],
  *check({ data }) {
    if (isPersonal(data.classification) && data.retention === undefined) {
      yield {
        rule: 'personal-data-without-retention',
        path: ['data', 'retention'],
        problem: `is required for ${data.classification} data`,
        allowed: 'a duration from 1h to 100y, or forever',
        fix: 'Add it, for example `retention: 2y`.',
      };
    }
  },
};

/** Nothing keeps personal data longer than the service says it does. */
export const retentionHolds: OwnRule = {
  reads: ['data', 'publishes', 'buckets'],
  *check({ data, publishes, buckets }) {
    const longest = data.retention;
    if (longest === undefined) return;
    const kept: { path: Path; retention: typeof longest }[] = [];
    for (const [index, { classification, retention, cleanup }] of publishes.entries()) {
      // A compacted topic keeps the last event of a key for ever; deletion is by an event without value.
      if (isPersonal(classification) && cleanup === 'delete') {
        kept.push({ path: ['publishes', index, 'retention'], retention });
      }
    }
    if (isPersonal(data.classification)) {
      for (const [index, { retention }] of buckets.entries()) {
        kept.push({ path: ['buckets', index, 'retention'], retention });
      }
    }
    for (const { path, retention } of kept) {
      if (retention.milliseconds > longest.milliseconds) {
        yield {
          rule: 'retention-exceeded',
          path,
          problem: `keeps personal data longer than data.retention, ${longest.text}`,
          allowed: `at most ${longest.text}`,
          fix: `Write ${longest.text} or less, or lengthen data.retention.`,
        };
      }
    }
  },
};

/** Anybody may see what an API without login answers. */
export const publicApisArePublic: OwnRule = {
  reads: ['apis', 'data'],
  *check({ apis }) {
    for (const [kind, api] of Object.entries(apis)) {
      if (api?.expose?.audience !== 'public') continue;
      if (api.classification !== 'public') {
        yield {
          rule: 'public-exposure',
          path: ['apis', kind, 'expose', 'audience'],
          problem: `lets anybody read ${api.classification} data`,
          allowed: 'customers, partners, employees',
          fix: `Write another audience, or apis.${kind}.classification: public if its answers hold nothing else.`,
        };
      }
      if (api.expose.scopes.length > 0) {
        yield {
          rule: 'public-exposure',
          path: ['apis', kind, 'expose', 'scopes'],
          problem: 'can never be had by an audience without login',
          allowed: 'no scopes with the audience public',
          fix: 'Remove them, or choose an audience that signs in.',
        };
      }
    }
  },
};
