import type { OwnRule } from '../rule.ts';

/** A service that calls itself over the network has no place for the call in its own deadline. */
export const callsAreToOthers: OwnRule = {
  reads: ['name', 'calls'],
  *check({ name, calls }) {
    for (const [index, { service }] of calls.entries()) {
      if (service === name) {
        yield {
          rule: 'call-to-itself',
          path: ['calls', index, 'service'],
          problem: 'is the service itself',
          allowed: 'the name of another service',
          fix: 'Call the function directly, and remove this entry.',
        };
      }
    }
  },
};

/** The range of instances is not empty, and triggers have something to count. */
export const scaleIsPossible: OwnRule = {
  reads: ['scale', 'consumes', 'queues'],
  *check({ scale, consumes, queues }) {
    if (scale.max < scale.min) {
      yield {
        rule: 'impossible-scale',
        path: ['scale', 'max'],
        problem: `is below scale.min, ${scale.min}`,
        allowed: `a whole number from ${Math.max(1, scale.min)} to 1000`,
        fix: `Write ${Math.max(1, scale.min)} or more.`,
      };
    }
    if (scale.min === 0 && scale.lag === undefined) {
      yield {
        rule: 'impossible-scale',
        path: ['scale', 'min'],
        problem: 'is 0 without scale.lag, so nothing would ever start an instance',
        allowed: 'at least 1, or 0 with scale.lag',
        fix: 'Write 1, or add scale.lag.',
      };
    }
    const reads = consumes.length > 0 || queues.some(({ access }) => access !== 'send');
    if (scale.lag !== undefined && !reads) {
      yield {
        rule: 'impossible-scale',
        path: ['scale', 'lag'],
        problem: 'counts unread messages of a service that reads none',
        allowed: 'only with an entry under consumes, or a queue that is received from',
        fix: 'Remove it.',
      };
    }
  },
};

/** Versions of an event grow, and the one published now is the last. */
export const versionsAscend: OwnRule = {
  reads: ['publishes'],
  *check({ publishes }) {
    for (const [index, { version, previous }] of publishes.entries()) {
      for (const [position, earlier] of previous.entries()) {
        const before = position === 0 ? 0 : (previous[position - 1]?.version ?? 0);
        if (earlier.version <= before || earlier.version >= version) {
          yield {
            rule: 'version-order',
            path: ['publishes', index, 'previous', position, 'version'],
            problem: `is not between ${before} and ${version}, the versions before and after it`,
            allowed: `a whole number above ${before} and below ${version}`,
            fix: 'Put the versions in ascending order, all below the one published now.',
          };
        }
      }
    }
  },
};
