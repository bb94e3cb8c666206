import { type Bound, impliesUpper, largest, lowerBound, smallest, upperBound } from './bounds.ts';
import type { Incompatibility } from './can-read.ts';
import type { Conjunct } from './conjuncts.ts';
import type { Kind } from './types.ts';

/** What the reader says about numbers must follow from what the writer says. */
export function compareNumbers(
  reader: Conjunct,
  writer: readonly Conjunct[],
  kinds: ReadonlySet<Kind>,
  path: string,
): Incompatibility[] {
  const found: Incompatibility[] = [];
  const whole = !kinds.has('fraction');
  const negated = ({ value, exclusive }: Bound): Bound => ({ value: -value, exclusive });
  const [wantedLower, wantedUpper] = [lowerBound([reader], whole), upperBound([reader], whole)];
  if (!impliesUpper(negated(lowerBound(writer, whole)), negated(wantedLower))) {
    found.push({ path, reason: `may be below the reader's minimum ${wantedLower.value}` });
  }
  if (!impliesUpper(upperBound(writer, whole), wantedUpper)) {
    found.push({ path, reason: `may be above the reader's maximum ${wantedUpper.value}` });
  }
  if (typeof reader.multipleOf === 'number') {
    const step = reader.multipleOf;
    const steps = [...writer.map(({ multipleOf }) => multipleOf), ...(whole ? [1] : [])];
    if (!steps.some((known) => typeof known === 'number' && Number.isInteger(known / step))) {
      found.push({ path, reason: `may be no multiple of ${step}, which the reader requires` });
    }
  }
  return found;
}

/** What the reader says about texts must follow from what the writer says. */
export function compareTexts(reader: Conjunct, writer: readonly Conjunct[], path: string): Incompatibility[] {
  const found: Incompatibility[] = [];
  if (largest(writer, 'minLength', 0) < largest([reader], 'minLength', 0)) {
    found.push({ path, reason: `may be shorter than the reader's ${reader.minLength} characters` });
  }
  const longest = smallest([reader], 'maxLength', Number.POSITIVE_INFINITY);
  if (smallest(writer, 'maxLength', Number.POSITIVE_INFINITY) > longest) {
    found.push({ path, reason: `may be longer than the reader's ${longest} characters` });
  }
  for (const keyword of ['pattern', 'format']) {
    if (keyword in reader && !writer.some((conjunct) => conjunct[keyword] === reader[keyword])) {
      found.push({
        path,
        reason: `may not have the ${keyword} ${reader[keyword]} that the reader requires`,
      });
    }
  }
  return found;
}
