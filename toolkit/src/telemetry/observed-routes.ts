import type { BoundCounter, BoundHistogram, GaugeInstrument, HistogramInstrument } from './metrics.ts';

/** Beyond so many routes none is kept any more: who calls with so many has no routes. */
const MOST = 1000;

/** What is said of a server's route again with every request, made ready. */
export class ObservedRoute {
  /** Of spans and wide events. */
  readonly attributes: { readonly 'http.request.method': string; readonly 'http.route': string | undefined };
  /** Of spans, by the conventions. */
  readonly name: string;
  readonly active: BoundCounter | undefined;
  readonly #series: ObservedSeries;
  /** By the status of answers that are no failures. */
  readonly #durations = new Map<number, BoundHistogram | undefined>();

  constructor(series: ObservedSeries, method: string, route: string | undefined) {
    this.#series = series;
    this.attributes = { 'http.request.method': method, 'http.route': route };
    this.name = route === undefined ? method : `${method} ${route}`;
    this.active = series.active?.bind({ 'http.request.method': method, 'url.scheme': series.scheme });
  }

  /** @param seconds how long an answer took */
  record(status: number, failure: string | undefined, seconds: number): void {
    let duration = failure === undefined ? this.#durations.get(status) : undefined;
    if (duration === undefined) {
      duration = this.#series.duration?.bind({
        ...this.attributes,
        'url.scheme': this.#series.scheme,
        'http.response.status_code': status,
        'error.type': failure,
      });
      if (failure === undefined) this.#durations.set(status, duration);
    }
    duration?.record(seconds);
  }
}

/** The metrics of a server; undefined where none are kept. */
export interface ObservedSeries {
  readonly scheme: 'http' | 'https';
  readonly active: Omit<GaugeInstrument, 'set'> | undefined;
  readonly duration: HistogramInstrument | undefined;
}

/** The routes of a server, as they come. */
export class ObservedRoutes {
  readonly #series: ObservedSeries;
  readonly #byMethod = new Map<string, Map<string | undefined, ObservedRoute>>();
  #count = 0;

  constructor(series: ObservedSeries) {
    this.#series = series;
  }

  of(method: string, route: string | undefined): ObservedRoute {
    const known = this.#byMethod.get(method)?.get(route);
    if (known !== undefined) return known;
    const made = new ObservedRoute(this.#series, method, route);
    if (this.#count < MOST) {
      this.#count += 1;
      const routes = this.#byMethod.get(method) ?? new Map<string | undefined, ObservedRoute>();
      this.#byMethod.set(method, routes.set(route, made));
    }
    return made;
  }
}
