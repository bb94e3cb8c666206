import { existsSync, readFileSync } from 'node:fs';
import { labPlace } from '../engine/target.ts';
import { exitCodes, RefusedError } from '../errors.ts';

/** Options of `kubeconfig`. */
export interface KubeconfigOptions {
  name: string;
  raw?: boolean;
}

/** `ninefold kubeconfig`. */
export async function kubeconfig({ name, raw }: KubeconfigOptions): Promise<number> {
  const { kubeconfig: path } = labPlace(name);
  if (!existsSync(path)) {
    throw new RefusedError(`There is no lab "${name}". "npx ninefold lab start --name ${name}" makes one.`);
  }
  process.stdout.write(raw ? readFileSync(path, 'utf8') : `${path}\n`);
  return exitCodes.ok;
}
