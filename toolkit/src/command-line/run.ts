import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';

/** Where a command writes. */
export interface Output {
  print(text: string): void;
  complain(text: string): void;
}

const usage = `Usage: ninefold-toolkit generate <source> [--out <file>] [--check]

  generate   Write types and an API description for an OpenAPI 3.1 document, or
             the type and the schema of an event for a JSON Schema.
    --out    The file to write. Without it, the text goes to the standard output.
    --check  Write nothing; fail when the file is not what would be written.
`;

/** Carries out a command line, without the name of the program; gives the exit code. */
export async function runCommandLine(words: readonly string[], output: Output): Promise<number> {
  let parsed: { values: { out?: string; check?: boolean; help?: boolean }; positionals: string[] };
  try {
    parsed = parseArgs({
      args: [...words],
      allowPositionals: true,
      options: { out: { type: 'string' }, check: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    });
  } catch (error) {
    output.complain(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    return 2;
  }
  const { values, positionals } = parsed;
  if (values.help) {
    output.print(usage);
    return 0;
  }
  const [command, source, ...rest] = positionals;
  if (command !== 'generate' || source === undefined || rest.length > 0 || (values.check && !values.out)) {
    output.complain(usage);
    return 2;
  }
  return generate(source, values.out, values.check ?? false, output);
}

async function generate(
  source: string,
  out: string | undefined,
  check: boolean,
  output: Output,
): Promise<number> {
  let text: string;
  try {
    text = (await isOpenapi(source))
      ? await (await import('../http/openapi/generate.ts')).generateApi(source)
      : await (await import('../events/generate.ts')).generateEvent(source);
  } catch (error) {
    output.complain(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
  if (out === undefined) {
    output.print(text);
    return 0;
  }
  if (!check) {
    await writeFile(out, text);
    return 0;
  }
  const present = await readFile(out, 'utf8').catch(() => undefined);
  if (present === text) return 0;
  const state = present === undefined ? 'is not there' : `is not what ${source} gives`;
  output.complain(`${out} ${state}: run \`ninefold-toolkit generate ${source} --out ${out}\`\n`);
  return 1;
}

async function isOpenapi(source: string): Promise<boolean> {
  const { parse } = await import('yaml');
  const content: unknown = parse(await readFile(source, 'utf8'));
  return typeof content === 'object' && content !== null && 'openapi' in content;
}
