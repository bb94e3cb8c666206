import { largest, smallest } from './bounds.ts';
import type { Incompatibility } from './can-read.ts';
import { both, type Conjunct, type Conjuncts, type SchemaRoot } from './conjuncts.ts';
import { evaluate } from './evaluate.ts';
import { isSaid } from './keywords.ts';
import {
  isOpen,
  itemOf,
  mayWrite,
  patternsOf,
  prefixLength,
  propertyNames,
  propertyOf,
  requiredNames,
} from './shape.ts';

/** The documents that are compared, and how to compare what lies below. */
export interface Documents {
  readonly reader: SchemaRoot;
  readonly writer: SchemaRoot;
  compare(reader: Conjuncts, writer: Conjuncts, path: string): Incompatibility[];
}

/** What the reader says about lists must follow from what the writer says. */
export function compareLists(
  documents: Documents,
  reader: Conjunct,
  writer: readonly Conjunct[],
  path: string,
): Incompatibility[] {
  const found: Incompatibility[] = [];
  const most = smallest(writer, 'maxItems', Number.POSITIVE_INFINITY);
  if (largest(writer, 'minItems', 0) < largest([reader], 'minItems', 0)) {
    found.push({ path, reason: `may have fewer than the reader's ${reader.minItems} items` });
  }
  if (most > smallest([reader], 'maxItems', Number.POSITIVE_INFINITY)) {
    found.push({ path, reason: `may have more than the reader's ${reader.maxItems} items` });
  }
  if (reader.uniqueItems === true && most > 1 && !writer.some(({ uniqueItems }) => uniqueItems === true)) {
    found.push({ path, reason: 'may repeat an item, which the reader does not allow' });
  }
  const described = Math.max(prefixLength(reader), ...writer.map(prefixLength));
  // The last place stands for all that follow.
  for (let index = 0; index <= described && index < most; index++) {
    const item = `${path}[${index === described ? '' : index}]`;
    const written = both(...writer.map((conjunct) => itemOf(conjunct, index, documents.writer)));
    found.push(...documents.compare(itemOf(reader, index, documents.reader), written, item));
  }
  return found;
}

/** What the reader says about mappings must follow from what the writer says. */
export function compareObjects(
  documents: Documents,
  reader: Conjunct,
  writer: readonly Conjunct[],
  path: string,
): Incompatibility[] {
  const below = (name: string) => (path === '' ? name : `${path}.${name}`);
  const found: Incompatibility[] = [];
  const required = new Set(writer.flatMap(requiredNames));
  for (const name of requiredNames(reader)) {
    if (!required.has(name)) {
      found.push({ path: below(name), reason: 'may be missing, and the reader requires it' });
    }
  }
  const declared = new Set([...writer.flatMap(propertyNames), ...required]);
  const names = new Set([...propertyNames(reader), ...declared]);
  for (const name of names) {
    if (!mayWrite(writer, name)) continue;
    const written = both(...writer.map((conjunct) => propertyOf(conjunct, name, documents.writer)));
    found.push(...documents.compare(propertyOf(reader, name, documents.reader), written, below(name)));
  }
  found.push(...compareOtherProperties(documents, reader, writer, below));
  found.push(...compareCounts(documents, reader, writer, declared, path));
  return found;
}

/** Properties that the writer declares by pattern, or lets be added. */
function compareOtherProperties(
  documents: Documents,
  reader: Conjunct,
  writer: readonly Conjunct[],
  below: (name: string) => string,
): Incompatibility[] {
  const found: Incompatibility[] = [];
  const readable = patternsOf(reader);
  const readOthers = documents.reader.conjuncts(reader.additionalProperties);
  for (const [pattern, schema] of writer.flatMap(patternsOf)) {
    const written = documents.writer.conjuncts(schema);
    const place = below(`/${pattern}/`);
    for (const [, wanted] of readable)
      found.push(...documents.compare(documents.reader.conjuncts(wanted), written, place));
    if (!readable.some(([known]) => known === pattern))
      found.push(...documents.compare(readOthers, written, place));
  }
  if (isOpen(writer)) {
    const written = both(
      ...writer.map((conjunct) => documents.writer.conjuncts(conjunct.additionalProperties)),
    );
    const place = below('*');
    for (const [, wanted] of readable)
      found.push(...documents.compare(documents.reader.conjuncts(wanted), written, place));
    found.push(...documents.compare(readOthers, written, place));
  }
  return found;
}

function compareCounts(
  documents: Documents,
  reader: Conjunct,
  writer: readonly Conjunct[],
  declared: ReadonlySet<string>,
  path: string,
): Incompatibility[] {
  const found: Incompatibility[] = [];
  const required = new Set(writer.flatMap(requiredNames));
  const bounded = !isOpen(writer) && !writer.some((conjunct) => patternsOf(conjunct).length > 0);
  const fewest = Math.max(required.size, largest(writer, 'minProperties', 0));
  const most = smallest(writer, 'maxProperties', bounded ? declared.size : Number.POSITIVE_INFINITY);
  if (fewest < largest([reader], 'minProperties', 0)) {
    found.push({ path, reason: `may have fewer than the reader's ${reader.minProperties} properties` });
  }
  if (
    Math.min(most, bounded ? declared.size : most) >
    smallest([reader], 'maxProperties', Number.POSITIVE_INFINITY)
  ) {
    found.push({ path, reason: `may have more than the reader's ${reader.maxProperties} properties` });
  }
  if ('propertyNames' in reader && !isSaid('propertyNames', reader, writer, documents)) {
    const wanted = documents.reader.conjuncts(reader.propertyNames);
    const refused = [...declared].filter((name) => evaluate(wanted, name, documents.reader) !== true);
    if (!bounded) found.push({ path, reason: 'may have names that the reader does not allow' });
    for (const name of refused)
      found.push({ path, reason: `may have the name ${name}, which the reader does not allow` });
  }
  return found;
}
