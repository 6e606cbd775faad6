/** Rows as columns of text, as wide as what is in them. Control characters, which a payer may have put in a memo, are shown as `?`. */
export function formatTable(rows: readonly Record<string, string>[]): string {
  const [first] = rows;
  if (!first) return '';
  const names = Object.keys(first);
  const cells = [names, ...rows.map((row) => names.map((name) => printable(row[name] ?? '')))];
  const widths = names.map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)));
  return cells
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function printable(text: string): string {
  return text.replace(/\p{C}/gu, '?');
}
