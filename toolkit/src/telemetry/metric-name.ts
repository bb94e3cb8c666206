/** Units as the conventions write them (UCUM), and as Prometheus spells them. */
const UNITS: Readonly<Record<string, string>> = {
  s: 'seconds',
  ms: 'milliseconds',
  us: 'microseconds',
  ns: 'nanoseconds',
  min: 'minutes',
  h: 'hours',
  d: 'days',
  By: 'bytes',
  KiBy: 'kibibytes',
  MiBy: 'mebibytes',
  GiBy: 'gibibytes',
  '%': 'percent',
  m: 'meters',
  Cel: 'celsius',
};

/**
 * The name that a metric of OpenTelemetry's conventions has in Prometheus: the unit spelled out as a suffix, counters
 * with `_total`, everything but letters and digits as one underscore.
 * See https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/
 *
 * @example
 * ```ts
 * prometheusName('http.server.request.duration', 's', 'histogram'); // 'http_server_request_duration_seconds'
 * prometheusName('shop.orders.placed', '{order}', 'counter'); // 'shop_orders_placed_total'
 * ```
 */
export function prometheusName(
  name: string,
  unit: string,
  kind: 'counter' | 'up-down-counter' | 'gauge' | 'histogram',
): string {
  const parts = [underscored(name)];
  const suffix = unitSuffix(unit, kind);
  if (suffix !== '' && !endsWithPart(parts[0] ?? '', suffix)) parts.push(suffix);
  if (kind === 'counter' && !endsWithPart(parts.join('_'), 'total')) parts.push('total');
  return parts.join('_');
}

/**
 * The label that an attribute has in Prometheus.
 *
 * @example
 * ```ts
 * prometheusLabel('http.request.method'); // 'http_request_method'
 * ```
 */
export function prometheusLabel(attribute: string): string {
  return underscored(attribute);
}

function unitSuffix(unit: string, kind: string): string {
  // A count of something, such as {request}, has no unit.
  const bare = unit.replace(/\{[^}]*\}/g, '');
  if (bare === '1') return kind === 'gauge' ? 'ratio' : '';
  const [amount = '', per] = bare.split('/');
  const spelled = UNITS[amount] ?? amount;
  if (per === undefined) return spelled;
  const singular = (UNITS[per] ?? per).replace(/s$/, '');
  return [spelled, 'per', singular].filter((part) => part !== '').join('_');
}

function underscored(name: string): string {
  const plain = name.replace(/[^A-Za-z0-9]+/g, '_');
  return /^[0-9]/.test(plain) ? `_${plain}` : plain;
}

function endsWithPart(name: string, part: string): boolean {
  return name === part || name.endsWith(`_${part}`);
}
