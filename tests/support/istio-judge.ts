import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import * as z from 'zod';
import type { Manifest } from '../../components/kit/manifest.ts';
import { findJudge } from './judge.ts';

/** Where istioctl is, which reads and judges objects as istiod does; or why it can't be had. */
export const istioctl = await findJudge('istioctl');

const messages = z
  .array(
    z.object({ code: z.string(), level: z.string(), origin: z.string().default(''), message: z.string() }),
  )
  .nullable()
  .transform((list) => list ?? []);

/** One thing that `istioctl analyze` has to say. */
export type Finding = z.infer<typeof messages>[number];

/** What istioctl makes of some objects. */
export interface Judgement {
  /** What `validate`, which looks at each object alone, refuses or warns of. */
  complaints: readonly string[];
  /** What `analyze`, which looks at all of them together, finds wrong or doubtful. */
  findings: readonly Finding[];
}

/** What is judged, and what it is judged by. */
export interface Judged {
  /** Objects of Istio and of the Gateway API. */
  objects: readonly Manifest[];
  /** What they speak about: namespaces, services, pods. */
  around: readonly Manifest[];
  /** What all proxies agree on, as the control plane is given it. */
  meshConfig: unknown;
  rootNamespace: string;
}

/**
 * Has istioctl judge objects, without a cluster: what a policy says of pods, services or namespaces that there are
 * not it leaves alone then.
 * @throws Error when it can't be had, or says something that can't be read
 */
export function judgeIstio({ objects, around, meshConfig, rootNamespace }: Judged): Judgement {
  const directory = mkdtempSync(join(tmpdir(), 'ninefold-istio-'));
  try {
    const write = (name: string, content: readonly unknown[]) => {
      const file = join(directory, name);
      writeFileSync(
        file,
        content.map((one) => stringify(one, { aliasDuplicateObjects: false })).join('---\n'),
      );
      return file;
    };
    const root = ['--istioNamespace', rootNamespace];
    const file = write('objects.yaml', objects);
    const validated = run(['validate', ...root, '--filename', file]);
    const analyzed = run([
      'analyze',
      ...root,
      '--use-kube=false',
      '--all-namespaces',
      '--output=json',
      '--output-threshold=Warning',
      `--meshConfigFile=${write('mesh.yaml', [meshConfig])}`,
      file,
      write('around.yaml', around),
    ]);
    return { complaints: readComplaints(validated), findings: readFindings(analyzed) };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

type Run = ReturnType<typeof run>;

/** Errors and warnings alike stand in lines of their own. */
function readComplaints({ status, stderr }: Run): string[] {
  const complaints = stderr.split('\n').flatMap((line) => /^\s+\* (.*)$/.exec(line)?.[1] ?? []);
  if (status !== 0 && complaints.length === 0) throw new Error(`istioctl could not validate: ${stderr}`);
  return complaints;
}

function readFindings({ stdout, stderr }: Run): Finding[] {
  const parsed = messages.safeParse(parseJson(stdout));
  if (!parsed.success) throw new Error(`istioctl could not analyze: ${stderr || stdout}`);
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function run(arguments_: readonly string[]) {
  if ('problem' in istioctl) throw new Error(istioctl.problem);
  // Whatever kubeconfig this machine has is none of its business.
  const environment = { ...process.env, KUBECONFIG: '/dev/null', TERM: 'dumb' };
  const { status, stdout, stderr } = spawnSync(istioctl.path, arguments_, {
    encoding: 'utf8',
    env: environment,
    maxBuffer: 2 ** 26,
  });
  return { status, stdout, stderr };
}
