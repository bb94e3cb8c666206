/**
 * What resilience costs where nothing is wrong, and what a refusal costs where everything is: against cockatiel and
 * opossum with the same settings, in one run.
 *
 *     node toolkit/bench/resilience.ts [--json]
 *
 * Ends with exit code 1 when a ratio is below what the toolkit promises.
 */
import {
  ConsecutiveBreaker,
  circuitBreaker as cockatielBreaker,
  retry as cockatielRetry,
  timeout as cockatielTimeout,
  ExponentialBackoff,
  handleAll,
  SamplingBreaker,
  TimeoutStrategy,
  wrap,
} from 'cockatiel';
import CircuitBreaker from 'opossum';
import { type Attempt, circuitBreaker, pipeline, retry, timeout } from '../src/resilience/index.ts';
import { report } from './promise.ts';
import { type Contestant, compare, measured, ratio } from './rounds.ts';

/** Many short ones: what else the machine does interrupts a few of them, and the median does not see it. */
const ROUNDS = 301;
const PATIENCE = 1_000;

const work = async (): Promise<number> => 1;
/** Takes its attempt, as work that passes on the signal does. */
const attentive = async (_attempt: Attempt): Promise<number> => 1;

/** One call after the other. */
function serial(call: () => Promise<unknown>): Contestant {
  return async (count) => {
    for (let index = 0; index < count; index++) await call();
  };
}

/** A hundred calls under way at a time. */
function parallel(call: () => Promise<unknown>): Contestant {
  return async (count) => {
    for (let index = 0; index < count; index += 100) {
      await Promise.all(Array.from({ length: 100 }, call));
    }
  };
}

function rejected(call: () => Promise<unknown>): Contestant {
  return serial(async () => {
    try {
      await call();
    } catch {
      return;
    }
    throw new Error('the circuit was to be open');
  });
}

const ours = pipeline([retry(), circuitBreaker(), timeout({ after: PATIENCE })]);
const cockatiel = wrap(
  cockatielRetry(handleAll, { maxAttempts: 2, backoff: new ExponentialBackoff() }),
  cockatielBreaker(handleAll, {
    halfOpenAfter: 5_000,
    breaker: new SamplingBreaker({ threshold: 0.5, duration: 10_000, minimumRps: 2 }),
  }),
  cockatielTimeout(PATIENCE, TimeoutStrategy.Aggressive),
);
const opossum = new CircuitBreaker(work, {
  timeout: PATIENCE,
  errorThresholdPercentage: 50,
  resetTimeout: 5_000,
});

const oursOpen = circuitBreaker();
oursOpen.isolate();
const opossumOpen = new CircuitBreaker(work, { timeout: PATIENCE, resetTimeout: 3_600_000 });
opossumOpen.open();
const cockatielOpen = cockatielBreaker(handleAll, {
  halfOpenAfter: 3_600_000,
  breaker: new ConsecutiveBreaker(1),
});
await cockatielOpen.execute(() => Promise.reject(new Error('down'))).catch(() => undefined);

const subject = 'toolkit';
const opossumName = 'opossum, timeout and breaker only';
const success = {
  [subject]: () => ours.execute(attentive),
  'toolkit, work runs in its context': () => ours.execute(work),
  [opossumName]: () => opossum.fire(),
  cockatiel: () => cockatiel.execute(work),
  'the work alone': work,
};
const serially = await compare(
  'retry + breaker + timeout, success, one call after the other',
  map(success, serial),
  { rounds: ROUNDS, count: 1_000 },
);
const together = await compare(
  'retry + breaker + timeout, success, a hundred calls at a time',
  map(success, parallel),
  { rounds: ROUNDS, count: 1_000 },
);
const open = await compare(
  'an open circuit rejects',
  {
    [subject]: rejected(() => oursOpen.execute(attentive)),
    opossum: rejected(() => opossumOpen.fire()),
    cockatiel: rejected(() => cockatielOpen.execute(work)),
  },
  { rounds: ROUNDS, count: 1_000 },
);
report({
  findings: [
    {
      what: 'retry + breaker + timeout, success: cockatiel / toolkit',
      value: ratio(serially, 'cockatiel', subject),
      unit: '×',
      wanted: { atLeast: 10 },
    },
    {
      what: 'the same: opossum with timeout / toolkit',
      value: ratio(serially, opossumName, subject),
      unit: '×',
      wanted: { atLeast: 1.5 },
    },
    {
      what: 'the same, a hundred at a time: cockatiel / toolkit',
      value: ratio(together, 'cockatiel', subject),
      unit: '×',
    },
    {
      what: 'the same, a hundred at a time: opossum / toolkit',
      value: ratio(together, opossumName, subject),
      unit: '×',
    },
    {
      what: 'an open circuit rejects: opossum / toolkit',
      value: ratio(open, 'opossum', subject),
      unit: '×',
      wanted: { atLeast: 3 },
    },
    {
      what: 'an open circuit rejects: cockatiel / toolkit',
      value: ratio(open, 'cockatiel', subject),
      unit: '×',
    },
  ],
  measured: measured([serially, together, open]),
});
opossum.shutdown();
opossumOpen.shutdown();

function map(
  calls: Readonly<Record<string, () => Promise<unknown>>>,
  turn: (call: () => Promise<unknown>) => Contestant,
): Record<string, Contestant> {
  return Object.fromEntries(Object.entries(calls).map(([name, call]) => [name, turn(call)]));
}
