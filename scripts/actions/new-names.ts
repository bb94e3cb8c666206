/** Names in their several spellings. */

/** `work-queues` as `Work queues`. */
export function titleOf(name: string): string {
  const words = name.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** `work-queues` as `WorkQueues`. */
export function typeNameOf(name: string): string {
  return name
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}

/** `work-queues` as `workQueues`. */
export function identifierOf(name: string): string {
  const type = typeNameOf(name);
  return type.charAt(0).toLowerCase() + type.slice(1);
}

/** `work-queues` as `WORK_QUEUES`. */
export function variableOf(name: string): string {
  return name.replaceAll('-', '_').toUpperCase();
}

/** The plural that Kubernetes' own generators make of a kind. */
export function pluralOf(kind: string): string {
  const singular = kind.toLowerCase();
  if (/(s|x|z|ch|sh)$/.test(singular)) return `${singular}es`;
  if (/[^aeiou]y$/.test(singular)) return `${singular.slice(0, -1)}ies`;
  return `${singular}s`;
}
