/**
 * What a metric's attribute may hold: the values that it can have, or how many different ones it may have at most.
 * Anything beyond becomes `_OTHER`, the value that OpenTelemetry's conventions use for that.
 *
 * @example
 * ```ts
 * const channel: AttributeBound = ['web', 'app', 'till'];
 * const route: AttributeBound = 200;
 * ```
 */
export type AttributeBound = readonly (string | number | boolean)[] | number;

/**
 * A metric as OpenTelemetry's conventions describe one.
 *
 * @example
 * ```ts
 * const placed = {
 *   name: 'shop.orders.placed',
 *   description: 'Orders that were placed',
 *   unit: '{order}',
 *   attributes: { 'order.channel': ['web', 'app', 'till'] },
 * } satisfies InstrumentDefinition<'order.channel'>;
 * ```
 */
export interface InstrumentDefinition<Attribute extends string = string> {
  /** With dots, in lower case. */
  readonly name: string;
  readonly description: string;
  /** In UCUM: `s`, `By`, `1`, or what is counted in braces, `{request}`. */
  readonly unit: string;
  /** The attributes and what each may hold. @default none */
  readonly attributes?: Readonly<Record<Attribute, AttributeBound>>;
  /** Upper bounds of a histogram's buckets, in its unit. @default those of the conventions for durations in seconds */
  readonly buckets?: readonly number[];
}

/**
 * The attributes of one measurement. Those left out are empty, which in Prometheus is the same as not there.
 *
 * @example
 * ```ts
 * const attributes: Attributes<'order.channel'> = { 'order.channel': 'web' };
 * ```
 */
export type Attributes<Attribute extends string = string> = Readonly<
  Partial<Record<Attribute, string | number | boolean | undefined>>
>;
