// Plain text for whoever started the program: one screen at the start, the answers of commands.

/** Writes lines to stdout; when its reader has gone (`interphone serve | head`) they go nowhere. */
export const print = (...lines: string[]): void => void process.stdout.write(`${lines.join('\n')}\n`)

// Also where the terminal has been closed: what is under way is still finished.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})

/** Columns as wide as their widest cell; the last one is not padded. */
export function table(rows: readonly string[][]): string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}
