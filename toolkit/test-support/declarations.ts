import { dirname, join, relative } from 'node:path';
import ts from 'typescript';

/** What is wrong with the declarations of modules, as text. */
export interface DeclarationFaults {
  /** Places where `any` is written. */
  readonly anys: readonly string[];
  /** Exports without a docstring, or without an example in it. */
  readonly undocumented: readonly string[];
  /** How many exports were looked at. */
  readonly exports: number;
  /** How many files were looked at. */
  readonly files: number;
}

const inspected = new Map<string, DeclarationFaults>();

/**
 * Reads the declarations of modules (`dist/<module>/index.d.ts`), and those that they refer to within the package, the
 * way a user's editor does.
 */
export function inspectDeclarations(entries: readonly string[]): DeclarationFaults {
  const known = inspected.get(entries.join());
  if (known) return known;
  const root = join(dirname(entries[0] ?? ''), '..');
  const program = ts.createProgram(entries, {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2024,
    skipLibCheck: true,
    types: [],
  });
  const own = program.getSourceFiles().filter(({ fileName }) => !relative(root, fileName).startsWith('..'));
  const checker = program.getTypeChecker();
  const exported = entries.flatMap((entry) => {
    const source = program.getSourceFile(entry);
    const module = source && checker.getSymbolAtLocation(source);
    const name = relative(root, dirname(entry));
    return module ? checker.getExportsOfModule(module).map((symbol) => ({ name, symbol })) : [];
  });
  const faults = {
    anys: own.flatMap((file) => anysIn(file).map((place) => `${relative(root, file.fileName)}${place}`)),
    undocumented: exported.flatMap(({ name, symbol }) =>
      lackOf(symbol, checker).map((lack) => `${name}: ${lack}`),
    ),
    exports: exported.length,
    files: own.length,
  };
  inspected.set(entries.join(), faults);
  return faults;
}

function anysIn(file: ts.SourceFile): string[] {
  const places: string[] = [];
  const visit = (node: ts.Node): void => {
    if (node.kind === ts.SyntaxKind.AnyKeyword) {
      const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
      places.push(`:${line + 1} ${node.parent.getText(file).slice(0, 100)}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return places;
}

function lackOf(symbol: ts.Symbol, checker: ts.TypeChecker): string[] {
  const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  const text = ts.displayPartsToString(target.getDocumentationComment(checker));
  const tags = target.getJsDocTags(checker).map(({ name }) => name);
  if (text.trim() === '') return [`${symbol.name} has no docstring`];
  return tags.includes('example') ? [] : [`${symbol.name} has no @example`];
}
