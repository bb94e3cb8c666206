import assert from 'node:assert/strict';
import { test } from 'node:test';

/** What an invariant found in one environment. */
export interface Verdict {
  /** How many things it looked at. */
  checked: number;
  /** What is wrong, each in one line. */
  wrong: readonly string[];
}

/** Looks at each of some things. An undefined answer means that it is right. */
export function judgeEach<T>(things: Iterable<T>, judge: (thing: T) => string | undefined): Verdict {
  const all = [...things];
  return { checked: all.length, wrong: all.flatMap((thing) => judge(thing) ?? []) };
}

/** Joins verdicts into one. */
export function joinVerdicts(verdicts: readonly Verdict[]): Verdict {
  return {
    checked: verdicts.reduce((sum, verdict) => sum + verdict.checked, 0),
    wrong: verdicts.flatMap((verdict) => verdict.wrong),
  };
}

/**
 * Declares a test of one invariant over all environments. It fails when there was nothing to look at in any of
 * them, because a rule that never meets a case holds nothing.
 */
export function invariant<Judged extends { name: string }>(
  environments: readonly Judged[],
  name: string,
  check: (judged: Judged) => Verdict,
): void {
  test(name, () => {
    const verdicts = environments.map((judged) => ({ judged, verdict: check(judged) }));
    const wrong = verdicts.flatMap(({ judged, verdict }) =>
      verdict.wrong.map((one) => `${judged.name}: ${one}`),
    );
    assert.equal(wrong.length, 0, `\n${wrong.join('\n')}`);
    const checked = verdicts.reduce((sum, { verdict }) => sum + verdict.checked, 0);
    assert.ok(checked > 0, 'there was nothing to judge in any environment');
  });
}
