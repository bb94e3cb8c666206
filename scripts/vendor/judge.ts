/** What stands against taking the objects of a release, one rule a function. */
import { isDeepStrictEqual } from 'node:util';
import { containerImages, mentionedImages, parseReference } from '../../components/kit/image-references.ts';
import { plainReference } from '../../components/kit/images.ts';
import type { CustomKind } from '../../components/kit/kinds.ts';
import type { Manifest } from '../../components/kit/manifest.ts';
import { scopeOf } from '../../components/kit/object-scopes.ts';
import type { Upstream } from '../../components/kit/upstream.ts';
import type { Finding, Rule } from './findings.ts';
import { valueChanges } from './value-changes.ts';

/** Against what the objects of a release are judged. */
export interface Judgement {
  upstream: Upstream;
  /** Namespaces of the implementation that installs it. */
  namespaces: readonly string[];
  /** Every kind that definitions of the platform add. */
  kinds: readonly CustomKind[];
}

const hookAnnotation = 'helm.sh/hook';

/** Everything that is wrong with the objects of a release; their namespaces are already written out. */
export function judgeObjects(objects: readonly Manifest[], judgement: Judgement): Finding[] {
  return objects.flatMap((object) => [
    ...judgeHook(object, judgement),
    ...judgePlace(object, judgement),
    ...judgeImages(object, judgement),
  ]);
}

/** What differs between two renderings of the same: generated keys and passwords, dates. */
export function judgeRepetition(
  first: readonly Manifest[],
  second: readonly Manifest[],
  upstream: Upstream,
): Finding[] {
  const others = new Map(second.map((object) => [identity(object), object]));
  return first
    .filter((object) => !isDeepStrictEqual(object, others.get(identity(object))))
    .map((object) => {
      const other = others.get(identity(object));
      const fields = other ? valueChanges(object, other).map(({ path }) => path) : ['the whole object'];
      return finding(upstream, 'generated', object, {
        problem: `the chart makes it anew on every rendering: ${fields.join(', ')}`,
        fix: 'turn that off in the values of the release, and let a certificate or an operator make it in the cluster',
      });
    });
}

/** Kind and name, as allowances name an object. */
export function subjectOf({ kind, metadata }: Manifest): string {
  return `${kind}/${metadata.name}`;
}

/** What tells objects apart. */
export function identity({ apiVersion, kind, metadata }: Manifest): string {
  return [apiVersion, kind, metadata.namespace ?? '', metadata.name].join(' ');
}

/** Whether an upstream declares something that would be refused. */
export function allows(upstream: Upstream, rule: string, subject: string): boolean {
  return (upstream.allowances ?? []).some((one) => one.rule === rule && one.subject === subject);
}

function judgeHook(object: Manifest, { upstream }: Judgement): Finding[] {
  const hook = object.metadata.annotations?.[hookAnnotation];
  if (hook === undefined || allows(upstream, 'hook', subjectOf(object))) return [];
  return [
    finding(upstream, 'hook', object, {
      problem: `it is a hook (${hook}), which only Helm itself runs at its time`,
      fix: 'turn it off in the values of the release and do its work otherwise; or let the upstream allow it (rule "hook": installed as it is; rule "left-out": not installed), with a reason',
    }),
  ];
}

function judgePlace(object: Manifest, { upstream, namespaces, kinds }: Judgement): Finding[] {
  if (object.kind === 'CustomResourceDefinition') {
    return [
      finding(upstream, 'definition', object, {
        problem: 'the chart renders a definition, and definitions belong to the foundation',
        fix: 'turn definitions off in the values of the release, such as crds.enabled: false',
      }),
    ];
  }
  if (object.kind === 'Namespace') {
    return [
      finding(upstream, 'namespace', object, {
        problem: 'it makes a namespace, and namespaces belong to the foundation',
        fix: 'turn it off in the values of the release, or let the upstream leave it out, with a reason',
      }),
    ];
  }
  const scope = scopeOf(object, kinds);
  if (scope === undefined) {
    return [
      finding(upstream, 'scope', object, {
        problem: `nobody says whether ${object.apiVersion} ${object.kind} lives in a namespace`,
        fix: 'turn it off in the values of the release, or add its definition to the bundles of the implementation',
      }),
    ];
  }
  const { namespace } = object.metadata;
  if (scope === 'cluster' || namespace === undefined || namespaces.includes(namespace)) return [];
  if (allows(upstream, 'foreign-namespace', namespace)) return [];
  return [
    finding(upstream, 'foreign-namespace', object, {
      problem: 'it goes into a namespace that its implementation does not own',
      value: namespace,
      allowed: namespaces.join(', '),
      fix: 'move it in the values of the release, or let the upstream allow the namespace, with a reason',
    }),
  ];
}

function judgeImages(object: Manifest, { upstream }: Judgement): Finding[] {
  const declared = upstream.images.map(plainReference);
  const of = containerImages(object).flatMap(({ container, image }) => {
    const { registry, repository, tag, digest } = parseReference(image);
    const plain = plainReference({ registry, repository, tag: tag ?? '' });
    const problem =
      !tag && !digest
        ? 'has no tag, so nobody knows which version runs'
        : tag === 'latest'
          ? 'is the latest one, so nobody knows which version runs'
          : !declared.some((one) => one === plain || (!tag && one.startsWith(plain)))
            ? 'is not among the images that the upstream declares'
            : undefined;
    if (!problem) return [];
    return [
      finding(upstream, 'image', object, {
        problem: `the image of the container ${container} ${problem}`,
        value: image,
        allowed: declared.join(', ') || 'none is declared',
        fix: 'set it in the values of the release, or declare it in the images of the upstream',
      }),
    ];
  });
  const mentioned = [...new Set(mentionedImages(object))].flatMap((reference) => {
    const { registry, repository, tag } = parseReference(reference);
    // Of a program's own repositories an operator may know many versions; which one runs, its custom resource says.
    const known = upstream.images.some((one) => one.registry === registry && one.repository === repository);
    if (known && tag !== 'latest') return [];
    return [
      finding(upstream, 'image', object, {
        problem: 'an argument or variable names an image that is not among those that the upstream declares',
        value: reference,
        allowed: declared.join(', ') || 'none is declared',
        fix: 'set it in the values of the release, or declare it in the images of the upstream',
      }),
    ];
  });
  return [...of, ...mentioned];
}

function finding(
  upstream: Upstream,
  rule: Rule,
  object: Manifest,
  rest: Omit<Finding, 'rule' | 'path'>,
): Finding {
  return { rule, path: `${upstream.name}.${rule}.${subjectOf(object)}`, ...rest };
}
