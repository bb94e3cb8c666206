import {
  isMap,
  memberMarks,
  type Properties,
  type PropertyValue,
  type SecretMarks,
} from './property-values.ts';

/** Shorter texts would match by chance; `true` is no secret worth hiding everywhere. */
const shortest = 6;

/** The secret texts in properties, and their base64 forms, longest first. */
export function secretTexts({ value, secrets }: Properties): string[] {
  const texts = new Set<string>();
  collect(value, secrets, texts);
  return [...texts].sort((first, second) => second.length - first.length);
}

/** Marks each text in a value that holds a secret text. */
export function markSecretTexts(value: PropertyValue, texts: string[]): SecretMarks {
  return texts.length === 0 ? new Map() : (mark(value, texts) ?? new Map());
}

/** A message without the secret texts in it. */
export function redact(message: string, texts: string[]): string {
  return texts.reduce((redacted, text) => redacted.replaceAll(text, '[secret]'), message);
}

function collect(value: PropertyValue | undefined, marks: SecretMarks | undefined, into: Set<string>): void {
  if (marks === undefined) return;
  if (typeof value === 'string') {
    if (marks !== 'all' || value.length < shortest) return;
    into.add(value);
    into.add(Buffer.from(value).toString('base64'));
    const decoded = Buffer.from(value, 'base64');
    const text = decoded.toString('utf8');
    // Data of a Secret arrives encoded; what it encodes is as secret as the text itself.
    if (text.length >= shortest && decoded.toString('base64') === value && !text.includes('�'))
      into.add(text);
  } else if (Array.isArray(value)) {
    for (const [index, member] of value.entries()) collect(member, memberMarks(marks, index), into);
  } else if (isMap(value)) {
    for (const [name, member] of Object.entries(value)) collect(member, memberMarks(marks, name), into);
  }
}

function mark(value: PropertyValue, texts: string[]): SecretMarks | undefined {
  if (typeof value === 'string') return texts.some((text) => value.includes(text)) ? 'all' : undefined;
  if (!isMap(value) && !Array.isArray(value)) return undefined;
  const marks = new Map<string, SecretMarks>();
  for (const [name, member] of Object.entries(value)) {
    const found = mark(member, texts);
    if (found) marks.set(name, found);
  }
  return marks.size === 0 ? undefined : marks;
}
