import type { Properties } from './property-values.ts';

/** What the engine keeps of a resource that exists but did not get ready. */
export interface PartialState {
  id: string;
  outputs: Properties;
  inputs: Properties;
}

/** The object exists but is not as ready as it should be; the engine keeps it and tries again with the next update. */
export class InitializationError extends Error {
  override name = 'InitializationError';
  readonly object: string;
  readonly problems: string[];
  readonly state: PartialState;

  constructor(object: string, problems: string[], state: PartialState) {
    super(`${object} exists but is not ready: ${problems.join('; ')}`);
    this.object = object;
    this.problems = problems;
    this.state = state;
  }
}
