import { leaves } from '../../support/leaves.ts';
import { objectsOf } from '../../support/recorded-platform.ts';
import { isSecret } from '../../support/secret-leaves.ts';
import { recordAll } from '../environments.ts';
import { invariant, joinVerdicts, judgeEach, type Verdict } from '../invariant.ts';

const environments = await recordAll();

invariant(environments, 'no secret stands in the inputs of a resource', ({ all }): Verdict => {
  const objects = objectsOf(all).filter(({ object }) => object.kind !== 'CustomResourceDefinition');
  return joinVerdicts(
    objects.map(({ resource, object }) => {
      if (object.kind === 'Secret') return { checked: 1, wrong: [`${resource.name} is a Secret`] };
      const all = leaves(object);
      return judgeEach(all, (leaf) =>
        isSecret(leaf, all) ? `${resource.name}: ${leaf.path} holds a secret in clear` : undefined,
      );
    }),
  );
});
