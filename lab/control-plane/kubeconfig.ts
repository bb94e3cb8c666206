/** Kubeconfig files: one for the user, one for each component that talks to the API server. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { certificateFiles } from './certificate-files.ts';
import { writePrivately } from './files.ts';
import type { LabLayout } from './layout.ts';

/** The context's name in the user's kubeconfig. */
export function contextName(lab: string): string {
  return `ninefold-lab-${lab}`;
}

/** The kubeconfig of a component. */
export function componentKubeconfig(layout: LabLayout, component: string): string {
  return join(layout.configuration, `${component}.kubeconfig`);
}

/** Writes the user's kubeconfig and those of the named components, which carry certificates of the same name. */
export async function writeKubeconfigs(
  layout: LabLayout,
  server: string,
  components: readonly string[],
): Promise<void> {
  await writeOne(layout, layout.kubeconfig, server, 'admin');
  await Promise.all(
    components.map((component) =>
      writeOne(layout, componentKubeconfig(layout, component), server, component),
    ),
  );
}

/** The credentials are written into the file, so that it can be copied or merged. */
async function writeOne(layout: LabLayout, path: string, server: string, user: string): Promise<void> {
  const base64 = async (file: string) => (await readFile(file)).toString('base64');
  const name = contextName(layout.name);
  const files = certificateFiles(layout, user);
  const kubeconfig = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name,
        cluster: {
          server,
          'certificate-authority-data': await base64(certificateFiles(layout, 'ca').certificate),
        },
      },
    ],
    users: [
      {
        name,
        user: {
          'client-certificate-data': await base64(files.certificate),
          'client-key-data': await base64(files.key),
        },
      },
    ],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  };
  await writePrivately(path, stringify(kubeconfig));
}
