import { isDeepStrictEqual } from 'node:util';
import type { Destination } from '../../../components/kit/binding.ts';
import { asRecord, type Manifest } from '../../../components/kit/manifest.ts';
import { keys } from '../../../components/kit/naming.ts';
import { planContext } from '../../../components/kit/plan-context.ts';
import { implementationOf } from '../../../components/kit/registry.ts';
import { registry } from '../../../components/registry.ts';
import { invariant, judgeEach } from '../../graph/invariant.ts';
import { leaves } from '../leaves.ts';
import type { RecordedBinding } from '../recorded-binding.ts';
import { isSecret, isSecretVariable } from '../secret-leaves.ts';
import { type Case, firstOf, type SampleClient } from './cases.ts';
import { refusedPorts } from './network-reach.ts';

/** What a client finds in its pods, and whom it can reach, whoever serves it. */
export function bindingInvariants(cases: readonly Case[]): void {
  invariant(cases, 'a client gets something', ({ served }) =>
    judgeEach(served, ({ sample, binding, objects }) => {
      const parts = [Object.keys(binding.environment), binding.secrets, binding.egress, objects];
      return parts.some(({ length }) => length > 0) ? undefined : `${sample.name} gets nothing`;
    }),
  );

  invariant(cases, 'a client finds the same variables and files whoever serves it', (one) =>
    judgeEach(one.served, ({ sample, binding }) => {
      const first = firstOf(cases, one).served.find((other) => other.sample === sample);
      const seen = (given: RecordedBinding['binding'] | undefined) => ({
        variables: Object.keys(given?.environment ?? {}).sort(),
        files: (given?.secrets ?? []).map(({ mountPath }) => mountPath).sort(),
      });
      const [own, expected] = [seen(binding), seen(first?.binding)];
      return isDeepStrictEqual(own, expected)
        ? undefined
        : `${sample.name} gets ${JSON.stringify(own)} instead of ${JSON.stringify(expected)}`;
    }),
  );

  invariant(cases, 'the variables of a client are well named and hold no secret', ({ served }) =>
    judgeEach(served, ({ sample, binding }) => {
      const variables = Object.entries(binding.environment).map(([name, value]) => ({ name, value }));
      const wrong = variables.filter(
        ({ name, value }) =>
          !/^[A-Z][A-Z0-9_]*$/.test(name) ||
          isSecretVariable(name) ||
          isSecret({ path: 'text', value }, []) ||
          typeof value !== 'string',
      );
      return wrong.length === 0 ? undefined : `${sample.name}: ${wrong.map(({ name }) => name).join(', ')}`;
    }),
  );

  invariant(cases, 'each file of a client has a path of its own', ({ served }) =>
    judgeEach(served, ({ sample, binding }) => {
      const paths = binding.secrets.map(({ mountPath }) => mountPath);
      const wrong = paths.filter(
        (path, index) =>
          !path.startsWith('/') ||
          paths.some((other, place) => place !== index && `${path}/`.startsWith(`${other}/`)),
      );
      return wrong.length === 0 ? undefined : `${sample.name}: ${wrong.join(', ')}`;
    }),
  );

  invariant(cases, 'the secrets of a client are made in its own namespace', ({ served }) =>
    judgeEach(served, ({ sample, binding, objects }) => {
      const made = objects
        .filter(({ metadata }) => metadata.namespace === sample.namespace)
        .flatMap(secretsMadeBy);
      const missing = binding.secrets
        .map(({ secretName }) => secretName)
        .filter((one) => !made.includes(one));
      return missing.length === 0 ? undefined : `${sample.name}: not made there are ${missing.join(', ')}`;
    }),
  );

  invariant(cases, 'where a client connects there is a listener that lets it in', (one) =>
    judgeEach(one.served, ({ sample, binding, objects }) => {
      const wrong = binding.egress.flatMap((destination) => {
        if (Object.keys(destination.podLabels).length === 0) return [`all pods of ${destination.namespace}`];
        if (destination.ports.length === 0) return [`no port of ${destination.namespace}`];
        return unheard(one, destination.namespace, destination.ports, sample).concat(
          refused(one, sample, objects, destination),
        );
      });
      return wrong.length === 0 ? undefined : `${sample.name}: ${wrong.join('; ')}`;
    }),
  );
}

/** Names of the Secrets that come to be in the namespace of an object because of it. */
function secretsMadeBy({ kind, metadata, spec }: Manifest): string[] {
  const { secretName, target } = asRecord(spec) ?? {};
  const byKind: Readonly<Record<string, unknown>> = {
    Certificate: secretName,
    ExternalSecret: asRecord(target)?.name ?? metadata.name,
  };
  const name = byKind[kind];
  return typeof name === 'string' ? [name] : [];
}

/** Ports on which no declared listener of the namespace's owner answers. */
function unheard(one: Case, namespace: string, ports: readonly number[], sample: SampleClient): string[] {
  const owner = one.plan.capabilities.find(({ namespaces }) =>
    namespaces.some(({ name }) => name === namespace),
  );
  if (!owner) {
    // What another client serves is known from the need alone.
    const named = leaves(sample.need).some(({ value }) => value === namespace);
    return named ? [] : [`${namespace} is nobody's namespace`];
  }
  const implementation = implementationOf(registry, owner.capability, owner.implementation);
  const listeners = implementation.listeners(planContext(one.plan.environment, owner.settings));
  const silent = ports.filter((port) => !listeners.some((listener) => listener.port === port));
  return silent.map((port) => `${owner.capability} has no listener on ${port}`);
}

/** Ports of the platform on which network policies don't let a client in. */
function refused(
  { plan, platform, implementation }: Case,
  { namespace }: SampleClient,
  objects: readonly Manifest[],
  destination: Destination,
): string[] {
  const isPlatform = plan.capabilities.some(({ namespaces }) =>
    namespaces.some(({ name }) => name === destination.namespace),
  );
  if (!isPlatform) return [];
  const namespaceLabels = { [keys.clientOf(implementation.capability)]: 'true' };
  const ports = refusedPorts([...platform, ...objects], { namespace, namespaceLabels }, destination);
  return ports.map((port) => `${destination.namespace} lets nobody in on ${port}`);
}
