import type { Capability, Implementation } from '../components/kit/capability.ts';
import { type CrdBundle, apiVersion } from '../components/kit/kinds.ts';
import { principleNumbers, principles } from '../components/kit/principles.ts';
import type { RegisteredCapability, Registry } from '../components/kit/registry.ts';
import { describeSource } from '../components/kit/upstream.ts';
import { code, markdownTable } from './markdown.ts';

/** Everything the platform can be made of, as a Markdown page. */
export function catalogueReference(registry: Registry): string {
  const served = principleNumbers.filter((number) =>
    registry.some(({ capability }) => capability.principle === number),
  );
  return [
    '# Catalogue',
    '',
    'Every capability with the technologies that provide it: what they install, from where, under which licence, and on which Kubernetes. `ninefold catalogue` prints the same, with what of it is vendored. This page is generated from the code by `npm run generate`; [the footprint](footprint.md) says what each asks of a cluster.',
    '',
    markdownTable(
      ['Capability', 'Principle', 'Implementations, the default first', 'On by default in'],
      registry.map(({ capability, implementations }) => [
        `[${capability.name}](#${capability.name})`,
        `${capability.principle} ${principles[capability.principle]}`,
        implementations.map(({ name }) => code(name)).join(', '),
        capability.onIn.join(', ') || 'no profile',
      ]),
    ),
    ...served.flatMap((number) => [
      '',
      `## ${number}. ${principles[number]}`,
      ...registry.filter(({ capability }) => capability.principle === number).flatMap(capabilitySection),
    ]),
    '',
  ].join('\n');
}

function capabilitySection({ capability, implementations }: RegisteredCapability): string[] {
  return [
    '',
    `### ${capability.name}`,
    '',
    `${capability.summary} [What it gives and needs](${pageOf(capability)}).`,
    ...implementations.flatMap(implementationSection),
  ];
}

/** Where the page of a capability stands, from the folder of documentation. */
export function pageOf(capability: Pick<Capability, 'name'>): string {
  return `capabilities/${capability.name}.md`;
}

function implementationSection(implementation: Implementation, index: number): string[] {
  const { name, title, upstreams, crds, kinds } = implementation;
  const written = (bundle: CrdBundle) => bundle.kinds.filter((kind) => kinds.includes(kind));
  return [
    '',
    `#### ${name}${index === 0 ? ', the default' : ''}`,
    '',
    `${title}.`,
    '',
    markdownTable(
      ['Installs', 'Version', 'Licence', 'From', 'Kubernetes', 'Home'],
      upstreams.map((upstream) => [
        upstream.title,
        upstream.appVersion ? `${upstream.version} (program ${upstream.appVersion})` : upstream.version,
        upstream.licence,
        code(describeSource(upstream.source)),
        code(upstream.kubernetes),
        `[documentation](${upstream.homepage})`,
      ]),
    ),
    ...(crds.length === 0
      ? []
      : [
          '',
          markdownTable(
            ['Definitions', 'Version', 'Licence', 'From', 'Kinds that are written'],
            crds.map((bundle) => [
              bundle.name,
              bundle.version,
              bundle.licence,
              bundle.source,
              written(bundle)
                .map((kind) => code(`${apiVersion(kind)} ${kind.kind}`))
                .join(', '),
            ]),
          ),
        ]),
  ];
}
