/** A lab can't be started, or not be taken as given; says which component, its last words, and what to do. */
export class LabError extends Error {
  override readonly name = 'LabError';
}
