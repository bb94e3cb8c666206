import type { Leaf } from './leaves.ts';

/** Fields whose value would be a secret if it were written there. */
const secretField =
  /^(password|passphrase|token|secretKey|clientSecret|accessKey|apiKey|privateKey|secret)$/i;
const secretVariable = /(PASSWORD|PASSPHRASE|SECRET|TOKEN|ACCESS_KEY|API_KEY)$/;
const secretText = /-----BEGIN [A-Z ]*PRIVATE KEY-----|^[a-z]+:\/\/[^/\s:@]+:[^/\s:@]+@/;

/** Whether a leaf holds a secret in clear, judged by its field, by its text, and by the variable that it is for. */
export function isSecret({ path, value }: Leaf, all: readonly Leaf[]): boolean {
  if (typeof value !== 'string') return false;
  const parts = path.split('.');
  const field = parts.at(-1) ?? '';
  if (secretText.test(value) || secretField.test(field)) return true;
  const name = all.find((one) => one.path === [...parts.slice(0, -1), 'name'].join('.'))?.value;
  return field === 'value' && typeof name === 'string' && isSecretVariable(name);
}

/** Whether an environment variable of this name would hold a secret. */
export function isSecretVariable(name: string): boolean {
  return secretVariable.test(name);
}
