import type { Migration } from './migrate.ts';

/** The form before v1, with an image reference in one text and objectives as bare numbers. */
export const v1beta1: Migration = {
  from: 'v1beta1',
  to: 'v1',
  changes: [
    '`owner` is now `team`.',
    '`image` is now a mapping of `name`, `tag` and `digest` instead of a text.',
    '`calls[].timeout` is now `calls[].deadline`.',
    '`slo` is now `objectives`, and its `availability` a mapping with `target`.',
  ],
  migrate(draft) {
    draft.rename(['owner'], 'team');
    draft.reshape(['image'], (image) => (typeof image === 'string' ? splitReference(image) : image));
    for (let index = 0; index < draft.count(['calls']); index++) {
      draft.rename(['calls', index, 'timeout'], 'deadline');
    }
    draft.rename(['slo'], 'objectives');
    draft.reshape(['objectives', 'availability'], (target) =>
      typeof target === 'number' ? { target } : target,
    );
  },
};

/** `name[:tag][@digest]` as its parts. */
function splitReference(reference: string): Record<string, string> {
  const [rest = '', digest] = reference.split('@', 2);
  const colon = rest.lastIndexOf(':');
  const [name, tag] = colon > rest.lastIndexOf('/') ? [rest.slice(0, colon), rest.slice(colon + 1)] : [rest];
  return {
    name: name ?? '',
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}
