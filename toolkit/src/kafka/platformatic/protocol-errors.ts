/** Whether an error of `@platformatic/kafka`, or one inside it, is the broker's error of this name. */
export function hasError(error: unknown, apiId: string): boolean {
  if (typeof error !== 'object' || error === null) return false;
  if ('apiId' in error && error.apiId === apiId) return true;
  if ('errors' in error && Array.isArray(error.errors)) {
    if (error.errors.some((inner) => hasError(inner, apiId))) return true;
  }
  return 'cause' in error && hasError(error.cause, apiId);
}
