// Plain text for the terminal: the first screen, and the output of commands.

/** Writes lines to stdout. If its reader has ended (`interphone serve | head`) they are dropped. */
export const print = (...lines: string[]): void => void process.stdout.write(`${lines.join('\n')}\n`)

// If the terminal is closed, current work still finishes.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})

/** Returns one line for each row. Columns are as wide as their widest cell; the last one is not padded. */
export function table(rows: readonly string[][]): string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}
