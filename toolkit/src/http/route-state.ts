import type { FastifyContextConfig } from 'fastify';
import type { ExtractOptions, Priority } from '../context/index.ts';
import { type PreparedDeprecation, prepareDeprecation } from './deprecation.ts';
import { FastestAnswer } from './fastest-answer.ts';
import type { HttpServerOptions } from './server-options.ts';

/** What a server keeps of a route, made ready for its requests. */
export interface RouteState {
  /** The pattern; undefined for requests that match none. */
  readonly url: string | undefined;
  /** The priority of requests that name none. */
  readonly priority: Priority;
  /** How to read the context that a request arrives with. */
  readonly extraction: ExtractOptions;
  /** Whether its requests may be shed. */
  readonly isShed: boolean;
  readonly fastest: FastestAnswer;
  readonly deprecation: PreparedDeprecation | undefined;
}

type RouteConfig = FastifyContextConfig & { readonly url?: string };

/** The states of a server's routes; each is made with the first request. */
export class RouteStates {
  readonly #options: HttpServerOptions;
  readonly #maximumTime: number;
  readonly #states = new WeakMap<RouteConfig, RouteState>();
  readonly #unknown: RouteState;

  /** @param maximumTime Milliseconds that no request may exceed. */
  constructor(options: HttpServerOptions, maximumTime: number) {
    this.#options = options;
    this.#maximumTime = maximumTime;
    this.#unknown = this.#create({});
  }

  of(config: RouteConfig | undefined): RouteState {
    if (config === undefined) return this.#unknown;
    let state = this.#states.get(config);
    if (state === undefined) {
      state = this.#create(config);
      this.#states.set(config, state);
    }
    return state;
  }

  #create({ url, priority = 'normal', maximumTime, shedding, deprecation }: RouteConfig): RouteState {
    const { trusted, principal, clock } = this.#options;
    const allowed = Math.min(this.#maximumTime, maximumTime ?? Number.POSITIVE_INFINITY);
    return {
      url,
      priority,
      extraction: {
        ...(trusted && { trusted }),
        ...(principal && { principal }),
        ...(allowed !== Number.POSITIVE_INFINITY && { maximumTime: allowed }),
        ...(clock && { clock }),
      },
      isShed: shedding ?? true,
      fastest: new FastestAnswer(),
      deprecation: deprecation && prepareDeprecation(deprecation),
    };
  }
}
