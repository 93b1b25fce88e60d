// Header fields in plain lines, as the machine-readable parts of reports have them, and the headers that they return.

/** By lower-case name; of those that occur twice, the first. */
export type Fields = ReadonlyMap<string, string>

/** One group of fields for each block between blank lines. */
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

/** `rfc822; joe@example.com`, or the same in brackets, or alone. */
export function addressIn(value: string | undefined): string | null {
  const address = value?.replace(/^\s*[\w-]+\s*;/, '').replace(/^[\s<]+|[\s>]+$/g, '')
  return address?.includes('@') ? address : null
}
