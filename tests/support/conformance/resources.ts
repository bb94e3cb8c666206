import type { Manifest } from '../../../components/kit/manifest.ts';
import { ancestors } from '../../../preview/graph.ts';
import { invariant, joinVerdicts, judgeEach } from '../../graph/invariant.ts';
import type { ObjectResource } from '../recorded-platform.ts';
import type { Case, Served } from './cases.ts';

/** Judges one resource that was made for a client. */
type Judge = (resource: ObjectResource, served: Served, one: Case) => string | undefined;

/** What is made for a client: whose it is, where it is, and in which order it comes and goes. */
export function resourceInvariants(cases: readonly Case[]): void {
  // What is served by agreement alone makes nothing; that its client gets something is held elsewhere.
  if (cases.every(({ served }) => served.every(({ resources }) => resources.length === 0))) return;
  const resources = (name: string, judge: Judge) =>
    invariant(cases, name, (one) =>
      joinVerdicts(
        one.served.map((served) => judgeEach(served.resources, (resource) => judge(resource, served, one))),
      ),
    );

  resources('what is made for a client belongs to the client', ({ resource }, { client }) =>
    resource.parent === client ? undefined : `${resource.name} belongs to ${resource.parent}`,
  );

  resources(
    'what is made for a client is in its namespace, or beside what serves it',
    ({ resource, object: { metadata } }, { sample }, { plan }) => {
      const own = plan.capabilities.flatMap(({ namespaces }) => namespaces.map(({ name }) => name));
      const allowed =
        metadata.namespace === undefined || [sample.namespace, ...own].includes(metadata.namespace);
      return allowed ? undefined : `${resource.name} is in ${metadata.namespace}`;
    },
  );

  resources('what is made for a client goes before the operators that clear it', ({ resource }, served) =>
    ancestors(served.graph, resource.urn).has(served.operator)
      ? undefined
      : `${resource.name} does not wait for what the scope says stands before it`,
  );

  resources(
    'what is made for a client waits for nothing but its own and the operators',
    ({ resource }, served) => {
      const own = new Set([
        ...served.resources.map((one) => one.resource.urn),
        served.client,
        served.operator,
      ]);
      const foreign = resource.dependencies.filter((urn) => !own.has(urn));
      return foreign.length === 0 ? undefined : `${resource.name} waits for ${foreign.join(', ')}`;
    },
  );

  resources('a workload that waits for its grants waits for all that was made', ({ resource }, served) => {
    const { graph, grantedBy } = served;
    const waited = grantedBy.some((urn) => urn === resource.urn || ancestors(graph, urn).has(resource.urn));
    return waited ? undefined : `${resource.name} is not among the grants, nor before them`;
  });

  invariant(cases, 'no client touches what is another’s, or the platform’s', ({ served, platform }) =>
    judgeEach(served, ({ sample, objects }) => {
      const others = served.filter((one) => one.sample !== sample).flatMap((one) => one.objects);
      const taken = new Set([...others, ...platform].map(addressOf));
      const shared = objects.map(addressOf).filter((address) => taken.has(address));
      return shared.length === 0 ? undefined : `${sample.name}: ${shared.join(', ')}`;
    }),
  );
}

function addressOf({ apiVersion, kind, metadata }: Manifest): string {
  return [apiVersion, kind, metadata.namespace ?? '', metadata.name].join(' ');
}
