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
  /** What is set in the rendered objects, where no value of the chart reaches. @default nothing */
  changes?: readonly ObjectChange[];
}

/** Fields that are set in one object of a release. */
export interface ObjectChange {
  kind: string;
  name: string;
  /**
   * New values by path. A path is dotted; `[name=x]` picks the item of a list by a field, and makes it when there
   * is none, such as `spec.template.spec.containers[name=operator].env[name=LEVEL].value`.
   */
  set: { readonly [path: string]: ChartValue };
}
