import * as z from 'zod';
import { type KubernetesClient, type KubernetesObject, referenceOf } from '../../kubernetes/index.ts';
import { definesKinds } from './served-kinds.ts';

/** An annotation that is put on a definition and taken off again. */
const reminder = 'ninefold.dev/reminder';

/** A definition that was made a moment ago has no conditions, or null in their place. */
const conditionsSchema = z.looseObject({
  status: z
    .looseObject({ conditions: z.array(z.looseObject({ type: z.string(), status: z.string() })).nullish() })
    .nullish(),
});

/**
 * Reminds the API server of a definition whose names it has accepted and which it does not establish. One that ended
 * between the two has forgotten the second when it is back: it establishes a definition when that is updated, and not
 * when it finds it (apiextensions-apiserver, `customresource_handler.go`). An update that changes nothing is enough.
 *
 * @returns whether there was something to be reminded of
 */
export async function remindOfDefinition(
  client: Pick<KubernetesClient, 'patch'>,
  object: KubernetesObject,
): Promise<boolean> {
  if (!definesKinds(object)) return false;
  const conditions = conditionsSchema.parse(object).status?.conditions ?? [];
  const isTrue = (wanted: string) =>
    conditions.some(({ type, status }) => type === wanted && status === 'True');
  if (!isTrue('NamesAccepted') || isTrue('Established')) return false;
  for (const value of ['', null]) {
    await client.patch(referenceOf(object), { metadata: { annotations: { [reminder]: value } } });
  }
  return true;
}
