import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import * as z from 'zod';
import { asRecord, type Manifest } from '../../components/kit/manifest.ts';
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

/** A finding in one line. */
export const describeFinding = ({ code, origin, message }: Finding) => `${code} ${origin}: ${message}`;

/** What istioctl says of something that is meant as it is. */
export const meantAsItIs: readonly { said: RegExp; reason: string }[] = [
  {
    said: /EnvoyFilter.ninefold-gateway\/\S+: (?:Schema validation warning: )?EnvoyFilter exposes internal implementation details/,
    reason:
      'Neither Istio nor the Gateway API has another way to limit requests; the gateway’s page says what to look at after an upgrade.',
  },
  {
    said: /^IST0128 DestinationRule ninefold-gateway\/login: .* no caCertificates are set/,
    reason:
      'It looks for a file. The gateway takes the authority from the Secret that credentialName names, where ca.crt is.',
  },
];

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
  return withFiles({ objects, around, mesh: [{ rootNamespace, ...asRecord(meshConfig) }] }, (files) => {
    const validated = run(['validate', '--istioNamespace', rootNamespace, '--filename', files.objects]);
    const analyzed = analyze(rootNamespace, files.mesh, ['--use-kube=false', files.objects, files.around]);
    return { complaints: readComplaints(validated), findings: analyzed };
  });
}

/** A cluster that runs, and what would be added to it. */
export interface JudgedCluster {
  kubeconfig: string;
  /** What would be there too. */
  additions: readonly Manifest[];
  /** What all proxies agree on, as the control plane is given it. */
  meshConfig: unknown;
  rootNamespace: string;
}

/**
 * Has istioctl judge all that is in a cluster, together with what would be added to it.
 * @throws Error when it can't be had, or says something that can't be read
 */
export function judgeCluster(judged: JudgedCluster): readonly Finding[] {
  const { kubeconfig, additions, meshConfig, rootNamespace } = judged;
  return withFiles({ additions, mesh: [{ rootNamespace, ...asRecord(meshConfig) }] }, (files) =>
    analyze(rootNamespace, files.mesh, ['--kubeconfig', kubeconfig, files.additions]),
  );
}

function analyze(rootNamespace: string, meshConfigFile: string, what: readonly string[]): Finding[] {
  return readFindings(
    run([
      'analyze',
      '--istioNamespace',
      rootNamespace,
      '--all-namespaces',
      '--output=json',
      '--output-threshold=Warning',
      `--meshConfigFile=${meshConfigFile}`,
      ...what,
    ]),
  );
}

/** Writes lists of objects to files for as long as they are used. */
function withFiles<Name extends string, Result>(
  contents: Readonly<Record<Name, readonly unknown[]>>,
  use: (files: Readonly<Record<Name, string>>) => Result,
): Result {
  const directory = mkdtempSync(join(tmpdir(), 'ninefold-istio-'));
  try {
    const files = Object.entries<readonly unknown[]>(contents).map(([name, content]) => {
      const file = join(directory, `${name}.yaml`);
      const documents = content.map((one) => stringify(one, { aliasDuplicateObjects: false }));
      writeFileSync(file, documents.join('---\n'));
      return [name, file];
    });
    return use(Object.fromEntries(files) as Record<Name, string>);
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
