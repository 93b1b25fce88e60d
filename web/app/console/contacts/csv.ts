// Reads CSV (RFC 4180): quoted fields, line breaks within them, and the first line as names.

/** Returns an object for each line; empty fields are left out. */
export function readCsv(text: string): Record<string, string>[] {
  const [names = [], ...lines] = fieldsOf(text)
  return lines
    .filter((line) => line.some((field) => field))
    .map((line) =>
      Object.fromEntries(names.flatMap((name, n) => (line[n] ? [[name.trim(), line[n]] as [string, string]] : []))),
    )
}

/** A field is in quotes, in which a quote is doubled, or has neither comma nor line break. */
const FIELD = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y

function fieldsOf(text: string): string[][] {
  const lines: string[][] = [[]]
  FIELD.lastIndex = text.startsWith('\uFEFF') ? 1 : 0
  while (FIELD.lastIndex < text.length) {
    const match = FIELD.exec(text)
    if (!match) break
    const [, quoted, plain = '', end] = match
    lines.at(-1)!.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'))
    if (end !== ',') lines.push([])
  }
  return lines
}
