import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { stringify } from 'yaml';
import { asRecord } from '../../../components/kit/manifest.ts';
import { promtool, runPromtool } from '../../support/alert-judge.ts';
import { objectsOf } from '../../support/recorded-platform.ts';
import { type Judged, recordAll } from '../environments.ts';
import { invariant, joinVerdicts, judgeEach } from '../invariant.ts';

const environments = await recordAll();

function rulesOf({ all }: Judged) {
  return objectsOf(all).filter(({ object }) => object.kind === 'PrometheusRule');
}

function alertsOf(judged: Judged) {
  return rulesOf(judged).flatMap(({ object }) => {
    const groups = asRecord(object.spec)?.groups;
    return (Array.isArray(groups) ? groups : []).flatMap((group) => group.rules);
  });
}

invariant(environments, 'every capability has alerts, each of which says what to do', (judged) => {
  const alerts = alertsOf(judged);
  const capabilities = judged.plan.capabilities.map(({ capability }) => capability);
  const silent = judgeEach(capabilities, (capability) =>
    alerts.some(({ labels }) => labels.capability === capability) ? undefined : `${capability} has no alert`,
  );
  const unhelpful = judgeEach(alerts, ({ alert, annotations, labels }) =>
    annotations.summary && annotations.action && ['page', 'ticket'].includes(labels.severity)
      ? undefined
      : `${alert} does not say what to do, or how urgent it is`,
  );
  return joinVerdicts([silent, unhelpful]);
});

invariant(environments, 'every alert stands on the page of its capability', (judged) =>
  judgeEach(alertsOf(judged), ({ alert, labels }) => {
    const page = join(import.meta.dirname, '../../../docs/capabilities', `${labels.capability}.md`);
    const told = existsSync(page) && readFileSync(page, 'utf8').includes(`\`${alert}\``);
    return told ? undefined : `${alert} is not in docs/capabilities/${labels.capability}.md`;
  }),
);

invariant(environments, 'no two alerts share a name', (judged) => {
  const names = alertsOf(judged).map(({ alert }) => alert);
  return judgeEach(names, (name) =>
    names.filter((other) => other === name).length === 1 ? undefined : `${name} is not the only one`,
  );
});

test('promtool accepts every rule', { skip: 'problem' in promtool ? promtool.problem : false }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'ninefold-rules-'));
  after(() => rmSync(directory, { recursive: true }));
  const files = environments.flatMap((judged, index) =>
    rulesOf(judged).map(({ object }) => {
      const file = join(directory, `${index}-${object.metadata.name}.yaml`);
      writeFileSync(file, stringify(object.spec));
      return file;
    }),
  );
  assert.ok(files.length > 0);
  const { status, said } = runPromtool('check', 'rules', '--lint=all', '--lint-fatal', ...files);
  assert.equal(status, 0, said);
});
