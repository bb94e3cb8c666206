import { stripVTControlCharacters } from 'node:util';

/** Sets rows in columns, each as wide as its widest cell; the last column runs free. */
export function columns(rows: readonly (readonly string[])[], indent = '  '): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.slice(0, -1).entries()) {
      widths[index] = Math.max(widths[index] ?? 0, visibleLength(cell));
    }
  }
  return rows.map((row) => {
    const cells = row.map((cell, index) =>
      index === row.length - 1 ? cell : cell + ' '.repeat((widths[index] ?? 0) - visibleLength(cell)),
    );
    return (indent + cells.join('  ')).trimEnd();
  });
}

/** How many characters of a text are seen. */
export function visibleLength(text: string): number {
  return stripVTControlCharacters(text).length;
}
