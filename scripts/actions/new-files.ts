import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { asRecord } from '../../components/kit/manifest.ts';
import { planContext } from '../../components/kit/plan-context.ts';
import { findCapability, type RegisteredCapability, type Registry } from '../../components/kit/registry.ts';
import { readEnvironment } from '../../stacks/environment.ts';
import { identifierOf, typeNameOf, variableOf } from './new-names.ts';
import { importedIdentifiers, withRegistration } from './new-registry.ts';
import type { NewRequest } from './new-request.ts';

/** A file as it is to be. */
export interface PlannedFile {
  /** Path from the root of the project. */
  path: string;
  content: string;
  change: 'new' | 'changed';
}

const root = join(import.meta.dirname, '../..');
const templates = join(import.meta.dirname, '../templates');
const registryPath = 'components/registry.ts';

/** Every file that a request writes or changes; the registry last, so that nothing is registered before it is there. */
export function planFiles(request: NewRequest, registry: Registry): PlannedFile[] {
  const { capability, implementation, newCapability } = request;
  const entry = findCapability(registry, capability);
  const isServed = newCapability !== undefined || hasOwnShape(entry);
  const values = valuesOf(request, entry, registry);
  const rendered = (template: string) =>
    render(readFileSync(join(templates, `${template}.template`), 'utf8'), values);
  const folder = `components/${capability}/${implementation}`;
  const page = `docs/capabilities/${capability}.md`;
  const added = (path: string, template: string): PlannedFile => ({
    path,
    content: rendered(template),
    change: 'new',
  });
  const parts = [
    'index',
    'kinds',
    'listeners',
    'monitors',
    'names',
    'network',
    'operator',
    'release',
    'server',
    'settings',
  ];
  const alerts = rendered('capability/alerts.md');
  return [
    ...(newCapability
      ? [
          added(`components/${capability}/capability.ts`, 'capability/capability.ts'),
          added(`components/${capability}/conformance.test.ts`, 'capability/conformance.test.ts'),
        ]
      : []),
    ...parts.map((part) => added(`${folder}/${part}.ts`, `implementation/${part}.ts`)),
    added(`${folder}/facts.ts`, `implementation/${isServed ? '' : 'other-'}facts.ts`),
    added(`${folder}/clients.ts`, `implementation/${isServed ? '' : 'other-'}clients.ts`),
    added(`${folder}/${implementation}.test.ts`, 'implementation/implementation.test.ts'),
    newCapability
      ? { path: page, content: withAlerts(rendered('capability/page.md'), alerts), change: 'new' }
      : { path: page, content: withAlerts(read(page), alerts), change: 'changed' },
    {
      path: registryPath,
      content: withRegistration(read(registryPath), {
        capability,
        capabilityIdentifier: identifierOf(capability),
        implementation,
        identifier: String(values.identifier),
        isNew: newCapability !== undefined,
      }),
      change: 'changed',
    },
  ];
}

/** Whether a capability's facts and needs are those that the skeleton gives: then its clients can be served at once. */
export function hasOwnShape(entry: RegisteredCapability | undefined): boolean {
  if (!entry) return false;
  const fields = (schema: z.ZodType) =>
    Object.keys(asRecord(z.toJSONSchema(schema, { io: 'input' }).properties) ?? {})
      .sort()
      .join(' ');
  return (
    fields(entry.capability.facts) === 'address clientNamespaceLabels namespace server' &&
    fields(entry.capability.needs) === 'client namespace'
  );
}

/** What templates may name. */
function valuesOf(
  request: NewRequest,
  entry: RegisteredCapability | undefined,
  registry: Registry,
): Record<string, unknown> {
  const { capability, newCapability, implementation, implementationTitle, source, version } = request;
  const capabilityType = typeNameOf(capability);
  const implementationType = typeNameOf(implementation);
  const plain = identifierOf(implementation);
  const own = new RegExp(`import \\{ (\\w+) \\} from './${capability}/${implementation}/index.ts'`);
  const registered = own.exec(read(registryPath))?.[1];
  const used = importedIdentifiers(read(registryPath)).add(identifierOf(capability));
  const operatorName = `${implementation}-operator`;
  return {
    ...request,
    ...newCapability,
    capabilityIdentifier: identifierOf(capability),
    capabilityType,
    capabilityTitle: newCapability?.title ?? entry?.capability.title,
    // One technology may serve several capabilities, and be called alike in each.
    identifier: registered ?? (used.has(plain) ? `${plain}${capabilityType}` : plain),
    implementationType,
    implementationTitle,
    operatorName,
    token: `ninefold:${capability}:${implementationType}`,
    kind: request.kinds[0].kind,
    kindsCode: kindsCode(request),
    bundleVersion: version.replace(/^v/, ''),
    definitionsSource: source.type === 'manifest' ? source.url : request.homepage,
    requires: ['certificates'],
    alert: `${implementationType}OperatorAbsent`,
    alertSummary: `No operator of ${implementationTitle} answers: nothing changes or is renewed.`,
    variable: variableOf(capability),
    mountPath: `/var/run/secrets/ninefold.dev/${capability}`,
    goldenFile: `${implementation}.golden.yaml`,
    defaultImplementation: entry?.implementations[0]?.title,
    facts: factsOfDefault(entry, registry),
    notServed: `${implementation} serves no client of ${capability} yet: write facts and clients in components/${capability}/${implementation}`,
  };
}

/** Kinds by group and version, as code. */
function kindsCode({ kinds }: NewRequest): string {
  const groups = Map.groupBy(kinds, ({ group, version }) => `'${group}', '${version}'`);
  const calls = [...groups].map(([where, members]) => {
    const names = members.map(({ kind, plural }) => `${kind}: '${plural}'`).join(', ');
    return `kindsOf(${where}, { ${names} })`;
  });
  return calls.length === 1 ? (calls[0] ?? '') : `{ ${calls.map((call) => `...${call}`).join(', ')} }`;
}

/** What the default implementation of a capability says in `minimal`: facts of the right shape to begin with. */
function factsOfDefault(entry: RegisteredCapability | undefined, registry: Registry): unknown {
  const [standard] = entry?.implementations ?? [];
  if (!standard) return undefined;
  const { environment } = readEnvironment('skeleton', { profile: 'minimal' }, registry);
  return standard.facts(planContext(environment, standard.sizes.minimal));
}

/** A page with the alerts of one more implementation, at the end of what it says of failures. */
function withAlerts(page: string, alerts: string): string {
  if (page.includes(alerts.trim())) return page;
  const [before = '', ...rest] = page.split(/^(?=## )/m);
  const place = rest.findIndex((section) => section.startsWith('## Failure modes'));
  const changed = rest.map((section, index) =>
    index === place ? `${section.trimEnd()}\n${alerts.trimEnd()}\n\n` : section,
  );
  return place < 0 ? `${page.trimEnd()}\n${alerts}` : [before, ...changed].join('');
}

/**
 * Fills a template: `{{name}}` as it is, `{{text:name}}` and `{{json:name}}` as code.
 * @throws Error when the template names something that there is not
 */
function render(template: string, values: Readonly<Record<string, unknown>>): string {
  return template.replace(/\{\{(?:(text|json):)?(\w+)\}\}/g, (_, form: string | undefined, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`a template names ${name}, which there is not`);
    if (form === 'json') return JSON.stringify(value);
    return form === 'text' ? `'${String(value).replaceAll("'", "\\'")}'` : String(value);
  });
}

function read(path: string): string {
  const file = join(root, path);
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}
