/** The registry's text with one more line in it. Pure. */

/** What is to be registered. */
export interface Registration {
  capability: string;
  /** Identifier of the capability. */
  capabilityIdentifier: string;
  implementation: string;
  /** Identifier of the implementation. */
  identifier: string;
  /** Whether the capability is new too. */
  isNew: boolean;
}

/** Identifiers that the registry imports. */
export function importedIdentifiers(text: string): Set<string> {
  const lists = [...text.matchAll(/^import \{([^}]*)\}/gm)].map(([, list = '']) => list);
  return new Set(lists.flatMap((list) => list.split(',').map((one) => one.replace('type ', '').trim())));
}

/**
 * Adds the imports and the line. A text that has them already stays as it is.
 * @throws Error when the text has no place for them
 */
export function withRegistration(text: string, added: Registration): string {
  const folder = `./${added.capability}/${added.implementation}/index.ts`;
  if (text.includes(`'${folder}'`)) return text;
  const imports = [
    ...(added.isNew
      ? [{ name: added.capabilityIdentifier, path: `./${added.capability}/capability.ts` }]
      : []),
    { name: added.identifier, path: folder },
  ];
  const imported = imports.reduce((before, one) => withImport(before, one.name, one.path), text);
  return added.isNew ? withCapability(imported, added) : withImplementation(imported, added);
}

/** In its place among the imports, which are in the order of their paths. */
function withImport(text: string, name: string, path: string): string {
  const lines = text.split('\n');
  const pathOf = (line: string) => /^import .* from '([^']+)';$/.exec(line)?.[1];
  const after = lines.findLastIndex((line) => (pathOf(line) ?? '~') < path);
  const last = lines.findLastIndex((line) => pathOf(line) !== undefined);
  const place = after >= 0 ? after : last;
  return [...lines.slice(0, place + 1), `import { ${name} } from '${path}';`, ...lines.slice(place + 1)].join(
    '\n',
  );
}

function withCapability(text: string, { capabilityIdentifier, identifier }: Registration): string {
  const end = text.lastIndexOf('];');
  if (end < 0) throw new Error('components/registry.ts has no list that ends with "];"');
  const before = text.slice(0, end).trimEnd();
  const separator = before.endsWith(',') || before.endsWith('[') ? '' : ',';
  return `${before}${separator}\n  register(${capabilityIdentifier}, [${identifier}]),\n${text.slice(end)}`;
}

function withImplementation(text: string, { capabilityIdentifier, identifier }: Registration): string {
  const entry = new RegExp(`register\\(\\s*${capabilityIdentifier},\\s*\\[([^\\]]*)\\]`).exec(text);
  if (!entry) throw new Error(`components/registry.ts has no line "register(${capabilityIdentifier}, […])"`);
  const [whole, list = ''] = entry;
  const kept = list.trim().replace(/,$/, '');
  const changed = whole.replace(`[${list}]`, `[${kept}, ${identifier}]`);
  return text.slice(0, entry.index) + changed + text.slice(entry.index + whole.length);
}
