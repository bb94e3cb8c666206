import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** The kubeconfig that other tools of the user's would take: the first in `KUBECONFIG`, or `~/.kube/config`. */
export function userKubeconfig(): string {
  const [first] = (process.env.KUBECONFIG ?? '').split(delimiter);
  return first || join(homedir(), '.kube/config');
}
