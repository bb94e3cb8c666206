import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { valid, validRange } from 'semver';
import type { Image } from '../../components/kit/images.ts';
import type { CustomKind } from '../../components/kit/kinds.ts';
import { type ProfileName, profileNames } from '../../components/kit/profile.ts';
import { findCapability, type Registry } from '../../components/kit/registry.ts';
import type { UpstreamSource } from '../../components/kit/upstream.ts';
import { InvalidInputError, type Violation } from '../../components/kit/violation.ts';
import type { NewOptions } from './new.ts';
import { titleOf } from './new-names.ts';
import { freeReleaseName, homeOf, readImage, readKinds, readSource } from './new-values.ts';

/** What is to be written, valid and complete. */
export interface NewRequest {
  capability: string;
  /** Set when the capability is new too. */
  newCapability?: { title: string; summary: string; principle: number; onIn: readonly ProfileName[] };
  implementation: string;
  implementationTitle: string;
  /** Name of the release and of its definitions: nobody else's. */
  releaseName: string;
  source: UpstreamSource;
  version: string;
  licence: string;
  kubernetes: string;
  homepage: string;
  image: Image;
  kinds: readonly [CustomKind, ...CustomKind[]];
  port: number;
}

const namePattern = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
/** Names that mean something else in the rooms where they would stand. */
const taken = [
  'kit',
  'foundation',
  'platform',
  'service',
  'aws',
  'on',
  'off',
  'default',
  'new',
  'delete',
  'import',
];

/**
 * Reads what a command line asks for.
 * @throws InvalidInputError with everything that is wrong with it
 */
export function readRequest(
  given: { capability: string; implementation?: string; isNew: boolean },
  options: NewOptions,
  registry: Registry,
): NewRequest {
  const violations: Violation[] = [];
  const check = (path: string, right: unknown, violation: Omit<Violation, 'path'>) => {
    if (!right) violations.push({ path, ...violation });
  };
  const { capability, isNew } = given;
  const implementation = given.implementation ?? options.implementation ?? `${capability}-server`;
  const title = options.title ?? titleOf(capability);
  const implementationTitle = options.technology ?? titleOf(implementation);
  const summary = options.summary ?? `${title} for the services of the platform.`;

  for (const [path, name] of [
    ['capability', capability],
    ['implementation', implementation],
  ] as const) {
    check(path, namePattern.test(name) && name.length <= 40 && !taken.includes(name), {
      problem: 'is not a name that can be used',
      value: name,
      allowed: `words of lower-case letters and digits, joined by hyphens, at most 40 characters; not ${taken.join(', ')}`,
    });
  }
  const entry = findCapability(registry, capability);
  if (isNew) {
    check('capability', !entry || resumes(capability, implementation), {
      problem: 'is there already',
      value: capability,
      fix: `add an implementation to it: ninefold new implementation ${capability} ${implementation}`,
    });
  } else {
    check('capability', entry, {
      problem: 'there is no such capability',
      value: capability,
      allowed: registry.map(({ capability: one }) => one.name).join(', '),
      fix: `make it: ninefold new capability ${capability} --implementation ${implementation}`,
    });
    check('capability', capability !== 'certificates', {
      problem: 'the skeleton has certificates issued for its server, so it can’t be what issues them',
      value: capability,
      fix: 'begin with components/certificates/cert-manager instead',
    });
  }
  for (const [path, text] of [
    ['--title', title],
    ['--technology', implementationTitle],
    ['--summary', summary],
  ] as const) {
    check(path, /^[^\n`*{}\\|]{1,120}$/.test(text), {
      problem: 'is not a line of text',
      value: text,
      allowed: '1 to 120 characters on one line, without ` * { } \\ |',
    });
  }
  check('--summary', summary.endsWith('.'), {
    problem: 'is not a sentence',
    value: summary,
    fix: 'end it with a full stop',
  });
  const principle = Number(options.principle ?? 1);
  check('--principle', Number.isInteger(principle) && principle >= 1 && principle <= 9, {
    problem: 'there is no such principle',
    value: options.principle,
    allowed: '1 to 9',
  });
  const onIn = options.onIn ?? profileNames;
  const unknown = onIn.filter((name) => !profileNames.some((one) => one === name));
  check('--on-in', unknown.length === 0, {
    problem: 'there is no such profile',
    value: unknown.join(', '),
    allowed: profileNames.join(', '),
  });
  const source = readSource(options, violations);
  const { release: version, licence = 'Apache-2.0', kubernetes = '>=1.30' } = options;
  check('--release', version !== undefined && valid(version), {
    problem: version === undefined ? 'is missing' : 'is not a version',
    ...(version === undefined ? {} : { value: version }),
    allowed: 'a semantic version, such as 2.16.0 or v1.21.1',
  });
  check('--licence', /^[A-Za-z0-9.+-]+$/.test(licence), {
    problem: 'is not an SPDX identifier',
    value: licence,
    allowed: 'such as Apache-2.0 or MPL-2.0',
  });
  check('--kubernetes', validRange(kubernetes), {
    problem: 'is not a range of versions',
    value: kubernetes,
    allowed: 'such as >=1.30 or >=1.32 <1.38',
  });
  const homepage = options.homepage ?? (source ? homeOf(source) : 'https://example.org/');
  check('--homepage', /^https:\/\/\S+$/.test(homepage), {
    problem: 'is not an address',
    value: homepage,
    allowed: 'https://…',
  });
  const image = readImage(options.image, violations);
  const kinds = readKinds(options.kind ?? [], registry, given.capability, implementation, violations);
  const port = Number(options.port ?? 8443);
  check('--port', Number.isInteger(port) && port > 0 && port < 65536 && port !== 8080, {
    problem: 'is not a port that the server can have',
    value: options.port,
    allowed: '1 to 65535, but 8080, where the operator shows its metrics',
  });
  const [first, ...others] = kinds;
  if (violations.length > 0 || !source || !image || !first || !version) {
    throw new InvalidInputError('what is to be written', violations);
  }
  return {
    capability,
    ...(isNew ? { newCapability: { title, summary, principle, onIn } } : {}),
    implementation,
    implementationTitle,
    releaseName: freeReleaseName(registry, capability, implementation),
    source,
    version,
    licence,
    kubernetes,
    homepage,
    image,
    kinds: [first, ...others],
    port,
  };
}

/** Whether the folder is there, as it is after a run that was killed. What it holds is compared later. */
function resumes(capability: string, implementation: string): boolean {
  return existsSync(join(import.meta.dirname, '../../components', capability, implementation));
}
