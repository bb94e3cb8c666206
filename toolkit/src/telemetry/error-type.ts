/**
 * A class of error of which there are few, for `error.type`: the code that an error carries, else its name.
 *
 * @example
 * ```ts
 * errorType(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })); // 'ECONNREFUSED'
 * errorType(new TypeError('no')); // 'TypeError'
 * errorType('text'); // '_OTHER'
 * ```
 */
export function errorType(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '_OTHER';
  if ('code' in error && typeof error.code === 'string' && /^[A-Z][A-Z0-9_]{1,49}$/.test(error.code)) {
    return error.code;
  }
  if ('name' in error && typeof error.name === 'string' && /^[A-Za-z][\w.]{0,49}$/.test(error.name)) {
    return error.name;
  }
  return '_OTHER';
}
