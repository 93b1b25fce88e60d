// The search of the API that an address asks for. `where` has the conditions as people write them: `name ~ ann; created_at > 1700000000`.

/** The operators of the API's search. */
export const OPERATORS = ['=', '!=', '~', '!~', '^', '$', '>', '<', 'IN', 'NIN'] as const

export type Condition = { field: string; operator: string; value: string }

const WRITTEN = /^\s*([\w.]+)\s*(!=|!~|=|~|\^|\$|>|<|NIN|IN)\s*(.*?)\s*$/

/** Leaves out what is no condition. */
export const readWhere = (text = ''): Condition[] =>
  text.split(';').flatMap((one) => {
    const [, field, operator, value] = WRITTEN.exec(one) ?? []
    return field && operator && value !== undefined ? [{ field, operator, value }] : []
  })

export const writeWhere = (conditions: Condition[]): string =>
  conditions.map(({ field, operator, value }) => `${field} ${operator} ${value}`).join('; ')

/** Returns the body of a search; undefined if nothing is asked. */
export function searchOf({ q, role, where }: Record<string, string>): object | undefined {
  const conditions: object[] = readWhere(where).map(({ field, operator, value }) => ({
    ...{ field, operator },
    value: operator.endsWith('IN') ? value.split(/\s*,\s*/) : typed(value),
  }))
  if (role) conditions.push({ field: 'role', operator: '=', value: role })
  if (q)
    conditions.push({
      operator: 'OR',
      value: ['name', 'email', 'phone'].map((field) => ({ field, operator: '~', value: q })),
    })
  if (!conditions.length) return undefined
  return { query: { operator: 'AND', value: conditions } }
}

const typed = (value: string): unknown => {
  if (value === 'null') return null
  if (value === 'true' || value === 'false') return value === 'true'
  return /^\d{1,12}$/.test(value) ? Number(value) : value
}
