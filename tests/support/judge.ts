import { ensureTools, type ToolEvent, type ToolName } from '../../lab/toolchain/index.ts';

/** Where a program is that judges what we write; or why it can't be had. */
export type Judge = { readonly path: string } | { readonly problem: string };

/** Takes a program from the toolchain, which says what it does while it downloads or builds. */
export async function findJudge(name: ToolName): Promise<Judge> {
  let told = '';
  const report = ({ step, detail }: ToolEvent) => {
    if (step === 'found' || step === told) return;
    told = step;
    process.stderr.write(`${name}: ${step} ${detail}\n`);
  };
  try {
    return { path: (await ensureTools([name], { report }))[name] };
  } catch (error) {
    return { problem: `${name} can’t be had: ${error instanceof Error ? error.message : String(error)}` };
  }
}
