// Pages of a list whose first one was fetched again.

/** A page of the API. Lists that count nothing have no `total_count`. */
export type Page<Row> = {
  data: Row[]
  total_count?: number
  pages?: { next?: { starting_after?: string | null } | null }
}

/**
 * Returns the pages with their first one fetched again. Rows that have left its range are dropped; those that new ones pushed
 * out of it stay. If its last row is a new one, more new rows may follow it: then it is the only page.
 */
export function withFirst<Row>(old: Page<Row>[], first: Page<Row>, idOf: (row: Row) => string): Page<Row>[] {
  const [old_first, ...others] = old
  if (!old_first || !first.pages?.next) return [first]
  const ids = new Set(first.data.map(idOf))
  const before = old.flatMap(({ data }) => data)
  const last = idOf(first.data.at(-1)!)
  const end = before.findIndex((row) => idOf(row) === last)
  if (end === -1) return [first]
  const below = new Set(before.slice(end + 1).map(idOf))
  const isKept = (row: Row) => !ids.has(idOf(row)) && below.has(idOf(row))
  return [
    { ...old_first, total_count: first.total_count!, data: [...first.data, ...old_first.data.filter(isKept)] },
    ...others.map((page) => ({ ...page, data: page.data.filter(isKept) })),
  ]
}
