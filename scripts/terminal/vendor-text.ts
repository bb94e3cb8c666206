/** What vendoring did, in a few lines. */
import type { VendoredEntry } from '../vendor/vendor-plan.ts';
import { columns } from './columns.ts';
import type { Paint } from './style.ts';
import { count } from './words.ts';

/** One line for each release, then what somebody should look at. */
export function vendorText(entries: readonly VendoredEntry[], directory: string, paint: Paint): string {
  const rows = entries.map(({ name, version, objects, digest, from, written }) => [
    paint('strong', name),
    version,
    count(objects, 'object'),
    paint('quiet', digest.slice(0, 'sha256:'.length + 12)),
    from === 'home' ? 'fetched' : `from the ${from}`,
    written ? paint('good', 'written') : paint('quiet', 'unchanged'),
  ]);
  const first = entries.filter(({ firstSeen }) => firstSeen);
  const leftOut = entries.flatMap(({ name, leftOut: some }) => some.map((one) => `${name}: ${one}`));
  return [
    ...columns(rows),
    ...section(
      paint('warning', 'seen for the first time, and trusted; vendor.lock.yaml refuses another from now on'),
      first.map(({ name, version, digest }) => `${name} ${version} ${digest}`),
    ),
    ...section('left out of the releases', leftOut),
    '',
    `${count(entries.length, 'release')} in ${directory}`,
    '',
  ].join('\n');
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)];
}
