import { asRecord } from '../../../components/kit/manifest.ts';
import { keys } from '../../../components/kit/naming.ts';
import { objectsOf } from '../../support/recorded-platform.ts';
import { declarations, exceptionsFor } from '../declarations.ts';
import { recordAll } from '../environments.ts';
import { invariant, joinVerdicts, judgeEach } from '../invariant.ts';
import { containerProblems, containersOf, pods, problemsOf } from '../pods.ts';

const environments = await recordAll();

/** Whatever says what a container gets, wherever it stands. */
function resourceBlocks(value: unknown): Record<string, unknown>[] {
  if (Array.isArray(value)) return value.flatMap(resourceBlocks);
  const record = asRecord(value);
  if (!record) return [];
  const own = asRecord(record.resources);
  // A claim asks for a disk, not for what a container gets.
  const isClaim = record.accessModes !== undefined;
  return [...(own && !isClaim ? [own] : []), ...Object.values(record).flatMap(resourceBlocks)];
}

function isComplete(resources: unknown): boolean {
  const [requests, limits] = ['requests', 'limits'].map((part) => asRecord(asRecord(resources)?.[part]));
  return Boolean(requests?.cpu && requests.memory && limits?.memory);
}

invariant(environments, 'every container asks for CPU and memory, and may not take more memory', (judged) =>
  joinVerdicts(
    pods(judged).map(({ resource, spec }) =>
      judgeEach(containersOf(spec), (container) =>
        isComplete(container.resources) ? undefined : `${resource.name}: ${container.name}`,
      ),
    ),
  ),
);

invariant(environments, 'whatever an operator is told to ask for is complete', ({ all }) => {
  const custom = objectsOf(all).filter(({ object }) => object.kind !== 'CustomResourceDefinition');
  return joinVerdicts(
    custom.map(({ resource, object }) =>
      judgeEach(resourceBlocks(object.spec), (resources) =>
        isComplete(resources) ? undefined : `${resource.name}: ${JSON.stringify(resources)}`,
      ),
    ),
  );
});

invariant(environments, 'every pod is restricted, or declared as an exception', (judged) => {
  const declared = exceptionsFor(judged, 'privileged').map(({ subject }) => subject);
  return judgeEach(pods(judged), ({ resource, object, spec }) => {
    const problems = problemsOf(spec);
    if (problems.length === 0 || declared.includes(object.metadata.name)) return undefined;
    return `${resource.name}: ${problems.join(', ')}`;
  });
});

/** Templates by which an operator makes pods: each says what the pod and its containers are like. */
function templatesInside(value: unknown): Record<string, unknown>[] {
  if (Array.isArray(value)) return value.flatMap(templatesInside);
  const record = asRecord(value);
  if (!record) return [];
  const own = asRecord(record.template);
  return [...(own?.pod ? [own] : []), ...Object.values(record).flatMap(templatesInside)];
}

invariant(environments, 'every template by which an operator makes pods restricts them', ({ all }) =>
  joinVerdicts(
    objectsOf(all).map(({ resource, object }) =>
      judgeEach(templatesInside(object.spec), (template) => {
        const containers = Object.entries(template).filter(([name]) => /container$/i.test(name));
        if (containers.length === 0) return `${resource.name} says nothing of the containers of its pods`;
        const pod = asRecord(template.pod) ?? {};
        const problems = containers.flatMap(([name, one]) =>
          containerProblems({ ...asRecord(one), name }, pod),
        );
        return problems.length === 0 ? undefined : `${resource.name}: ${problems.join(', ')}`;
      }),
    ),
  ),
);

invariant(environments, 'every port that a pod opens is a declared listener', (judged) => {
  const listeners = new Map(declarations(judged).map((one) => [one.capability as string, one.listeners]));
  return joinVerdicts(
    pods(judged).map(({ resource, object, spec }) => {
      const declared = listeners.get(object.metadata.labels?.[keys.capability] ?? '') ?? [];
      const ports = containersOf(spec).flatMap(({ ports: list }) => (Array.isArray(list) ? list : []));
      return judgeEach(ports, ({ containerPort }) =>
        declared.some(({ port }) => port === containerPort)
          ? undefined
          : `${resource.name}: ${containerPort}`,
      );
    }),
  );
});

invariant(
  environments,
  'only pods that are declared to talk to the API server get a token for it',
  (judged) => {
    const declared = exceptionsFor(judged, 'kubernetes-api').map(({ subject }) => subject);
    return judgeEach(pods(judged), ({ resource, object, spec }) => {
      if (spec.automountServiceAccountToken === false) return undefined;
      // A Job that runs anew for new content carries the hash of the content in its name.
      const subject = object.metadata.name.replace(/-[0-9a-f]{8,12}$/, '');
      return declared.includes(subject) ? undefined : `${resource.name} gets a token`;
    });
  },
);
