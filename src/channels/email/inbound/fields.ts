// Parses header fields in plain text: in the machine-readable parts of reports, and in the headers that they return.

/** By lower-case name; if a field occurs twice, the first value. */
export type Fields = ReadonlyMap<string, string>

/** Returns one group of fields for each block between blank lines. */
export function groupsOf(text: string): Fields[] {
  return text
    .replace(/\r\n?/g, '\n')
    .split(/\n[ \t]*\n/)
    .map(fieldsOf)
    .filter((fields) => fields.size)
}

function fieldsOf(block: string): Fields {
  const fields = new Map<string, string>()
  for (const line of block.replace(/\n[ \t]+/g, ' ').split('\n')) {
    const [, name, value = ''] = /^([!-9;-~]{1,76})[ \t]*:(.*)$/.exec(line) ?? []
    if (name && !fields.has(name.toLowerCase())) fields.set(name.toLowerCase(), value.trim())
  }
  return fields
}

/** Reads the address in `rfc822; joe@example.com`, `<joe@example.com>` or `joe@example.com`. */
export function addressIn(value: string | undefined): string | null {
  const address = value?.replace(/^\s*[\w-]+\s*;/, '').replace(/^[\s<]+|[\s>]+$/g, '')
  return address?.includes('@') ? address : null
}
