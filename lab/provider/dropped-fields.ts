import { type KubernetesObject, referenceOf } from '../kubernetes/index.ts';
import { fieldManager } from './apply.ts';
import type { Cluster } from './cluster.ts';
import { differences } from './differences.ts';
import { ownsField } from './ownership.ts';
import { type PropertyPath, valueAt } from './property-paths.ts';
import type { PropertyMap } from './property-values.ts';
import { withoutStringData } from './secret-data.ts';

/**
 * Removes the fields that the program dropped and that server-side apply leaves in place because whoever made the
 * object (before it was imported) still counts as their manager.
 */
export async function releaseDroppedFields(
  cluster: Cluster,
  applied: KubernetesObject,
  before: PropertyMap,
  after: PropertyMap,
): Promise<KubernetesObject> {
  const recorded = withoutStringData(before);
  const left = differences(recorded, withoutStringData(after))
    .filter(({ kind, path }) => kind === 'removed' && isLeftByOthers(applied, recorded, path))
    .map(({ path }) => path);
  if (left.length === 0) return applied;
  const operations = left.flatMap((path) => {
    const pointer = `/${path.map((step) => String(step).replaceAll('~', '~0').replaceAll('/', '~1')).join('/')}`;
    // The test keeps a value that changed in the meantime.
    return [
      { op: 'test', path: pointer, value: valueAt(applied as unknown as PropertyMap, path) },
      { op: 'remove', path: pointer },
    ];
  });
  return await cluster.client.patch(referenceOf(applied), operations, { type: 'json', fieldManager });
}

/** Places in lists may have shifted, so only fields of maps are taken away. */
function isLeftByOthers(live: KubernetesObject, recorded: PropertyMap, path: PropertyPath): boolean {
  if (path.some((step) => typeof step === 'number') || path[0] === 'status') return false;
  const value = valueAt(live as unknown as PropertyMap, path);
  if (value === undefined || differences(value, valueAt(recorded, path)).length > 0) return false;
  const holders = (live.metadata.managedFields ?? []).filter((fields) => ownsField(fields, path));
  return (
    holders.length > 0 &&
    holders.every(
      ({ manager, operation, subresource }) =>
        manager !== fieldManager && operation === 'Update' && !subresource,
    )
  );
}
