/** What vendoring did, in a few lines. */
import { describeViolation } from '../../components/kit/violation.ts';
import type { CheckOutcome } from '../vendor/check.ts';
import type { DefinitionChange } from '../vendor/definition-changes.ts';
import type { UpgradeOutcome } from '../vendor/upgrade.ts';
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

/** What a check found; problems last, where they are seen. */
export function checkText(outcome: CheckOutcome, paint: Paint): string {
  const { findings, unseen, newer, unasked, folders } = outcome;
  return [
    ...section(
      paint('accent', 'newer versions'),
      newer.map(({ name, version, newest }) => `${name} ${version} → ${newest}`),
    ),
    ...section(
      paint('quiet', 'publishers that could not be asked'),
      unasked.map(({ name, reason }) => `${name}: ${reason}`),
    ),
    ...section(paint('warning', 'never fetched, so without a digest'), unseen),
    ...section(paint('bad', count(findings.length, 'problem')), findings.map(describeViolation)),
    '',
    findings.length === 0
      ? `${paint('good', 'in agreement')}: lock and code, and ${count(folders, 'vendored folder')}`
      : `${paint('bad', 'not in agreement')}`,
    '',
  ].join('\n');
}

/** What an upgrade changes. */
export function upgradeText(outcome: UpgradeOutcome, written: boolean, paint: Paint): string {
  const { name, before, after, digest, objects, definitions, findings } = outcome;
  const signs = { added: paint('good', '+'), removed: paint('bad', '-'), changed: paint('warning', '~') };
  return [
    `${paint('strong', name)} ${before} → ${after}  ${paint('quiet', digest)}`,
    ...section(
      'objects',
      objects.flatMap(({ object, change, fields }) => [
        `${signs[change]} ${object}`,
        ...fields.map((field) => `    ${field.path}: ${short(field.before)} → ${short(field.after)}`),
      ]),
    ),
    ...section(
      'definitions',
      definitions.flatMap((one) => definitionLines(one, signs[one.change], paint)),
    ),
    ...section(paint('bad', 'would be refused as it is'), findings.map(describeViolation)),
    '',
    objects.length + definitions.length + findings.length === 0 ? 'Nothing that is installed changes.' : '',
    written
      ? `vendor.lock.yaml has ${after} now. Set the version of ${name} in the code to it, then run "npm run generate".`
      : `Nothing was written. --write puts ${after} and its digest into vendor.lock.yaml.`,
    '',
  ].join('\n');
}

function definitionLines(one: DefinitionChange, sign: string, paint: Paint): string[] {
  const line = (title: string, values: readonly string[]) =>
    values.length > 0 ? [`    ${title}: ${values.join(', ')}`] : [];
  return [
    `${sign} ${one.name}`,
    ...line(paint('bad', 'not served any more'), one.versionsGone),
    ...line('newly served', one.versionsNew),
    ...(one.storage
      ? [`    ${paint('warning', 'stored as')} ${one.storage.after}, before as ${one.storage.before}`]
      : []),
    ...line(paint('bad', 'fields dropped'), one.fieldsGone),
    ...line(paint('warning', 'fields required'), one.fieldsRequired),
    ...line('fields added', one.fieldsNew),
  ];
}

/** A value on one line. */
function short(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)];
}
