import type { Upstream } from './upstream.ts';

/** A value of a chart: plain data, as Helm reads it from a file. */
export type ChartValue =
  string | number | boolean | null | readonly ChartValue[] | { readonly [key: string]: ChartValue };

/** Values of a chart, by their top-level keys. */
export type ChartValues = { readonly [key: string]: ChartValue };

/** An upstream as one environment installs it. Plain data: it can be rendered before anything exists. */
export interface Release {
  upstream: Upstream;
  /** Where its objects go that name no namespace. */
  namespace: string;
  /** What differs from the chart's own values. A manifest has none. @default none */
  values?: ChartValues;
}
