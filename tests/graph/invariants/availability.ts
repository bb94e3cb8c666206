import { asRecord, type Manifest } from '../../../components/kit/manifest.ts';
import { objectsOf } from '../../support/recorded-platform.ts';
import { type Judged, recordAll } from '../environments.ts';
import { invariant, judgeEach } from '../invariant.ts';

const environments = await recordAll();

/** Workloads with more than one replica. */
function replicated({ all }: Judged) {
  return objectsOf(all).filter(
    ({ object }) =>
      (object.kind === 'Deployment' || object.kind === 'StatefulSet') &&
      Number(asRecord(object.spec)?.replicas) > 1,
  );
}

function podTemplate(object: Manifest): Record<string, unknown> | undefined {
  return asRecord(asRecord(object.spec)?.template);
}

function podLabels(object: Manifest): Record<string, unknown> {
  return asRecord(asRecord(podTemplate(object)?.metadata)?.labels) ?? {};
}

/** Whether a selector picks pods with these labels. An empty one picks nothing here, for it would pick all. */
function selects(selector: unknown, labels: Record<string, unknown>): boolean {
  const wanted = Object.entries(asRecord(asRecord(selector)?.matchLabels) ?? {});
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value);
}

invariant(environments, 'where there are several replicas, a budget keeps all but one', (judged) => {
  const budgets = objectsOf(judged.all).filter(({ object }) => object.kind === 'PodDisruptionBudget');
  return judgeEach(replicated(judged), ({ resource, object }) => {
    const own = budgets.filter(
      (budget) =>
        budget.object.metadata.namespace === object.metadata.namespace &&
        selects(asRecord(budget.object.spec)?.selector, podLabels(object)),
    );
    return own.length === 1 ? undefined : `${resource.name} has ${own.length} budgets`;
  });
});

invariant(environments, 'where there are several replicas, they are spread over zones and nodes', (judged) =>
  judgeEach(replicated(judged), ({ resource, object }) => {
    const constraints = asRecord(podTemplate(object)?.spec)?.topologySpreadConstraints;
    const spread = (Array.isArray(constraints) ? constraints : [])
      .filter((one) => selects(one.labelSelector, podLabels(object)))
      .map((one) => one.topologyKey);
    const missing = ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'].filter(
      (key) => !spread.includes(key),
    );
    return missing.length === 0 ? undefined : `${resource.name} is not spread over ${missing.join(', ')}`;
  }),
);

invariant(
  environments,
  'no budget stands before a single replica, where it would block every drain',
  ({ all }) => {
    const objects = objectsOf(all).map(({ object }) => object);
    const budgets = objects.filter(({ kind }) => kind === 'PodDisruptionBudget');
    return judgeEach(budgets, ({ metadata, spec }) => {
      const single = objects.find(
        (object) =>
          object.kind === 'Deployment' &&
          object.metadata.namespace === metadata.namespace &&
          asRecord(object.spec)?.replicas === 1 &&
          selects(asRecord(spec)?.selector, podLabels(object)),
      );
      return single ? `${metadata.name} is about ${single.metadata.name}, of which there is one` : undefined;
    });
  },
);
