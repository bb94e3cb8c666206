import { objectsOf } from '../support/recorded-platform.ts';
import { recordAll } from './environments.ts';
import { invariant, joinVerdicts, judgeEach, type Verdict } from './invariant.ts';
import { type Leaf, leaves } from './leaves.ts';

const environments = await recordAll();

/** Fields whose value would be a secret if it were written there. */
const secretField =
  /^(password|passphrase|token|secretKey|clientSecret|accessKey|apiKey|privateKey|secret)$/i;
const secretVariable = /(PASSWORD|PASSPHRASE|SECRET|TOKEN|ACCESS_KEY|API_KEY)$/;
const secretText = /-----BEGIN [A-Z ]*PRIVATE KEY-----|^[a-z]+:\/\/[^/\s:@]+:[^/\s:@]+@/;

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

function isSecret({ path, value }: Leaf, all: readonly Leaf[]): boolean {
  if (typeof value !== 'string') return false;
  const parts = path.split('.');
  const field = parts.at(-1) ?? '';
  if (secretText.test(value) || secretField.test(field)) return true;
  const name = all.find((one) => one.path === [...parts.slice(0, -1), 'name'].join('.'))?.value;
  return field === 'value' && typeof name === 'string' && secretVariable.test(name);
}
