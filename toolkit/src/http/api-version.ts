import { type DeprecationOptions, type PreparedDeprecation, prepareDeprecation } from './deprecation.ts';
import { ProblemError, problemTypes } from './problem.ts';

/**
 * Versions of an API that one server speaks side by side, chosen by a header.
 *
 * @example
 * const options: VersionOptions = {
 *   versions: { '1': { since: '2026-03-01', sunset: '2027-03-01' }, '2': 'current' },
 *   default: '1',
 * };
 */
export interface VersionOptions {
  /** In lower case. @default 'api-version' */
  readonly header?: string;
  /** Each version, `current` or on its way out. */
  readonly versions: Readonly<Record<string, 'current' | DeprecationOptions>>;
  /** What a request gets that asks for none: the oldest, or clients from before there were versions break. */
  readonly default: string;
}

/** Finds the version that a request asks for. */
export class ApiVersions {
  readonly header: string;
  readonly #default: string;
  readonly #versions: ReadonlyMap<string, PreparedDeprecation | undefined>;

  constructor(options: VersionOptions) {
    this.header = options.header ?? 'api-version';
    this.#default = options.default;
    this.#versions = new Map(
      Object.entries(options.versions).map(([version, state]) => [
        version,
        state === 'current' ? undefined : prepareDeprecation(state),
      ]),
    );
    if (!this.#versions.has(options.default)) {
      throw new TypeError(`versions.default is ${options.default}: give it one of ${this.names.join(', ')}`);
    }
  }

  get names(): string[] {
    return [...this.#versions.keys()];
  }

  /** @throws ProblemError when the server does not speak it. */
  choose(asked: string | readonly string[] | undefined): {
    version: string;
    deprecation?: PreparedDeprecation;
  } {
    const version = asked === undefined ? this.#default : String(asked).trim();
    if (!this.#versions.has(version)) {
      throw new ProblemError({
        status: 400,
        type: problemTypes.unsupportedVersion,
        title: 'This version of the API is not spoken here',
        detail: `${this.header} asks for ${JSON.stringify(version.slice(0, 40))}`,
        supported: this.names,
      });
    }
    const deprecation = this.#versions.get(version);
    return deprecation ? { version, deprecation } : { version };
  }
}
