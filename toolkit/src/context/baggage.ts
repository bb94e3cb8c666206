/** Limits by W3C Baggage (https://www.w3.org/TR/baggage/#limits): what every hop must pass on. */
export const baggageLimits = { members: 64, bytes: 8192 } as const;

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** What a baggage value holds unescaped, without the percent sign that escapes. */
const OUTSIDE_BAGGAGE = /[^\x21\x23-\x24\x26-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]/gu;

/** Escapes what a header value (or a baggage value) can't hold as it is; lone surrogates become U+FFFD. */
export function encodeValue(value: string): string {
  return value.toWellFormed().replace(OUTSIDE_BAGGAGE, encodeURIComponent);
}

/** Undoes {@link encodeValue}; undefined when an escape is broken. */
export function decodeValue(value: string): string | undefined {
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}

/** Writes a `baggage` header; names each entry that is left out because its key or the size does not fit. */
export function formatBaggage(
  baggage: Readonly<Record<string, string>>,
  limits: { readonly members: number; readonly bytes: number },
  ignored: (reason: string) => void,
): string | undefined {
  const members: string[] = [];
  let bytes = 0;
  for (const [key, value] of Object.entries(baggage)) {
    if (!TOKEN.test(key)) {
      ignored(`the key ${JSON.stringify(key)} is not a token`);
      continue;
    }
    const member = `${key}=${encodeValue(value)}`;
    const size = member.length + (members.length > 0 ? 1 : 0);
    if (members.length >= limits.members || bytes + size > limits.bytes) {
      ignored(`${key} does not fit into ${limits.members} members and ${limits.bytes} bytes`);
      continue;
    }
    members.push(member);
    bytes += size;
  }
  return members.length === 0 ? undefined : members.join(',');
}

/** Reads a `baggage` header; malformed members and those beyond the limits are named and left out. */
export function parseBaggage(
  value: string,
  limits: { readonly members: number; readonly bytes: number },
  ignored: (reason: string) => void,
): Record<string, string> {
  const entries = new Map<string, string>();
  let bytes = 0;
  for (const [index, member] of value.split(',').entries()) {
    if (index >= limits.members || bytes + member.length > limits.bytes) {
      ignored(`more than ${limits.members} members or ${limits.bytes} bytes`);
      break;
    }
    bytes += member.length + 1;
    // Properties after the first semicolon are metadata for others; they don't travel on.
    const pair = member.split(';', 1)[0] ?? '';
    if (pair.trim() === '') continue;
    const separator = pair.indexOf('=');
    const key = pair.slice(0, Math.max(0, separator)).trim();
    const decoded = decodeValue(pair.slice(separator + 1).trim());
    if (!TOKEN.test(key) || decoded === undefined) ignored(`member ${index + 1} is malformed`);
    else entries.set(key, decoded);
  }
  return Object.fromEntries(entries);
}
