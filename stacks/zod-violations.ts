import type * as z from 'zod';
import type { Violation } from '../components/kit/violation.ts';

/** What a schema refused, as violations with the value found at each path. */
export function zodViolations(error: z.ZodError, input: unknown, prefix = ''): Violation[] {
  return error.issues.flatMap((issue) => issueViolations(issue, input, prefix));
}

function issueViolations(issue: z.core.$ZodIssue, input: unknown, prefix: string): Violation[] {
  const path = joinPath(prefix, issue.path);
  const value = valueAt(input, issue.path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        path: joinPath(prefix, [...issue.path, key]),
        problem: 'no such setting',
        value: valueAt(input, [...issue.path, key]),
        fix: 'remove it, or correct its name; "ninefold settings" lists what there is',
      }));
    case 'invalid_value':
      return [
        { path, problem: 'not one of the values that are allowed', value, allowed: issue.values.join(', ') },
      ];
    case 'invalid_type':
      return [
        value === undefined
          ? { path, problem: 'is missing', allowed: issue.expected, fix: 'add it' }
          : { path, problem: 'has the wrong type', value, allowed: issue.expected },
      ];
    case 'invalid_union': {
      const options =
        'options' in issue && Array.isArray(issue.options) ? issue.options.join(', ') : undefined;
      const allowed = options ?? [...new Set(issue.errors.flat().map((one) => one.message))].join(', or ');
      return [{ path, problem: 'is none of the forms that are allowed', value, allowed }];
    }
    case 'too_small':
      return [{ path, problem: 'is too small', value, allowed: `at least ${issue.minimum}` }];
    case 'too_big':
      return [{ path, problem: 'is too big', value, allowed: `at most ${issue.maximum}` }];
    default:
      return [{ path, problem: 'is not valid', value, allowed: issue.message }];
  }
}

function joinPath(prefix: string, path: readonly PropertyKey[]): string {
  return [prefix, ...path.map(String)].filter((part) => part !== '').join('.');
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    input,
  );
}
