// Finds the branch of a union that a value belongs to: for an array the array branch, for an object the branch whose fixed
// property value it has. Null and plain values have none, because no change can apply to them.

type Branch = Fixed & { type?: unknown; properties?: Record<string, Fixed>; required?: string[]; items?: unknown }
type Fixed = { const?: unknown; enum?: unknown[] }

/** Returns a function that returns the index of a value's branch, or -1 if no change can apply to it. */
export function branchChooser(branches: readonly object[]): (value: unknown) => number {
  const indexes = (test: (branch: Branch) => boolean) => branches.flatMap((branch, at) => (test(branch) ? [at] : []))
  const arrays = indexes(({ type }) => type === 'array')
  const objects = indexes(({ type }) => type === 'object')
  if (arrays.length > 1) throw new Error('A union in an answer has several kinds of arrays')
  if (indexes(({ type, enum: values, ...rest }) => !type && !values && !('const' in rest)).length)
    throw new Error('A union in an answer has a branch without a type')
  const ofObject = objects.length > 1 ? byProperty(branches as Branch[], objects) : () => objects[0] ?? -1

  return (value) => {
    if (typeof value !== 'object' || value === null) return -1
    return Array.isArray(value) ? (arrays[0] ?? -1) : ofObject(value as Record<string, unknown>)
  }
}

/** Chooses by the first property that all branches require and that has different fixed values in each. */
function byProperty(branches: readonly Branch[], objects: readonly number[]) {
  for (const key of branches[objects[0]!]?.required ?? []) {
    const values = objects.map((at) => fixedValues(branches[at]!, key))
    const flat = values.flat()
    if (values.some((own) => !own.length) || new Set(flat).size < flat.length) continue
    const indexOf = new Map(values.flatMap((own, position) => own.map((value) => [value, objects[position]!] as const)))
    return (value: Record<string, unknown>) => indexOf.get(value[key]) ?? -1
  }
  throw new Error('A union in an answer has no property that distinguishes its objects')
}

function fixedValues({ properties = {}, required = [] }: Branch, key: string): unknown[] {
  const property = properties[key]
  if (!property || !required.includes(key)) return []
  return property.enum ?? ('const' in property ? [property.const] : [])
}
