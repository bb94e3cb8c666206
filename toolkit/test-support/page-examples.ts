import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';

const root = join(import.meta.dirname, '../..');

/** A page whose examples are to be compiled. */
export interface Page {
  /** From the root of the repository, such as `docs/toolkit/http.md`. */
  readonly path: string;
  readonly text: string;
  /** What a reader knows without being told: declarations before the first example. @default none */
  readonly setting?: string;
  /** Files that the examples import, by path relative to the page. @default none */
  readonly files?: Readonly<Record<string, string>>;
}

/** What the compiler said about the examples of pages. */
export interface PageFaults {
  /** `path:line message` each. */
  readonly faults: readonly string[];
  /** How many examples each page has. */
  readonly examples: Readonly<Record<string, number>>;
}

interface Line {
  readonly text: string;
  /** In the page; undefined for one that the page does not have. */
  readonly number?: number;
}

/**
 * Compiles the examples of pages, those in TypeScript, against the source of the packages. Those of a page follow each
 * other: a later one may use, or define anew, what an earlier one has defined. An import counts for the whole page.
 * A setting that no example needs is a fault, too.
 */
export function compilePages(pages: readonly Page[]): PageFaults {
  const sources = new Map<string, { readonly page: Page; readonly lines: readonly Line[] }>();
  const files = new Map<string, string>();
  const examples: Record<string, number> = {};
  for (const page of pages) {
    const found = examplesOf(page.text);
    examples[page.path] = found.length;
    const lines = linesOf(page, found);
    const file = join(root, `${page.path}.ts`);
    sources.set(file, { page, lines });
    files.set(file, lines.map(({ text }) => text).join('\n'));
    for (const [path, text] of Object.entries(page.files ?? {})) {
      files.set(join(root, dirname(page.path), path), text);
    }
  }
  const faults = pages.flatMap(unneeded);
  const program = programOf([...sources.keys()], files);
  for (const [file, { page, lines }] of sources) {
    const source = program.getSourceFile(file);
    const said = source ? ts.getPreEmitDiagnostics(program, source) : [];
    for (const { code, start = 0, messageText } of said) {
      const { line } = ts.getLineAndCharacterOfPosition(source as ts.SourceFile, start);
      const number = lines[line]?.number;
      // Examples define what the reader is to use.
      if (number !== undefined && UNUSED.has(code)) continue;
      const place = number === undefined ? `${page.path} (its setting)` : `${page.path}:${number}`;
      faults.push(`${place} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`);
    }
  }
  return { faults, examples };
}

/** The compiler's numbers for what is defined and not used. */
const UNUSED = new Set([6133, 6192, 6196, 6198]);

/** What a setting declares and no example mentions; of declarations the compiler does not say so itself. */
function unneeded({ path, text, setting = '' }: Page): string[] {
  const mentioned = examplesOf(text)
    .flat()
    .map((line) => line.text)
    .join('\n');
  return [...setting.matchAll(/^(?:declare )?(?:const|function|interface) (\w+)/gm)]
    .map(([, name = '']) => name)
    .filter((name) => !new RegExp(`\\b${name}\\b`).test(mentioned))
    .map((name) => `${path} (its setting) No example needs '${name}'.`);
}

/** The lines of each example. */
function examplesOf(text: string): Line[][] {
  const examples: Line[][] = [];
  let example: Line[] | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    if (example === undefined && /^```(ts|typescript)\b/.test(line)) example = [];
    else if (example !== undefined && line.startsWith('```')) {
      examples.push(example);
      example = undefined;
    } else example?.push({ text: line, number: index + 1 });
  }
  return examples;
}

/** A module of a page: imports, the setting, and each example in the scope of the one before. */
function linesOf({ setting = '' }: Page, examples: readonly Line[][]): Line[] {
  const imports: Line[] = [];
  const bodies = examples.map((example) => {
    const [head, body] = splitImports(example);
    imports.push(...head);
    return body;
  });
  return [
    ...imports,
    ...setting.split('\n').map((text) => ({ text })),
    ...bodies.flatMap((body, index) => (index === 0 ? body : [{ text: '{' }, ...body])),
    { text: '}'.repeat(Math.max(0, bodies.length - 1)) },
    { text: 'export {};' },
  ];
}

function splitImports(example: readonly Line[]): [imports: readonly Line[], body: readonly Line[]] {
  let end = 0;
  let isOpen = false;
  for (const [index, { text }] of example.entries()) {
    if (!isOpen && !/^import\b/.test(text)) continue;
    isOpen = !/from '[^']+';$|^import '[^']+';$/.test(text);
    end = index + 1;
  }
  return [example.slice(0, end), example.slice(end)];
}

function programOf(entries: readonly string[], files: ReadonlyMap<string, string>): ts.Program {
  const path = join(root, 'tsconfig.json');
  const { config } = ts.readConfigFile(path, (name) => readFileSync(name, 'utf8'));
  const { options } = ts.convertCompilerOptionsFromJson(
    (config as { compilerOptions: object }).compilerOptions,
    root,
  );
  const settings: ts.CompilerOptions = { ...options, incremental: false };
  delete settings.tsBuildInfoFile;
  const host = ts.createCompilerHost(settings);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (name) => files.has(name) || fileExists(name);
  host.readFile = (name) => files.get(name) ?? readFile(name);
  host.getSourceFile = (name, target, ...rest) => {
    const text = files.get(name);
    return text === undefined
      ? getSourceFile(name, target, ...rest)
      : ts.createSourceFile(name, text, target);
  };
  return ts.createProgram(entries, settings, host);
}
