// The first rows in the order of a value that the side tables have: of attributes, names and emails.
import type { Order } from '#db/page.ts'
import type { Fragment } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type Searching, select, selectFrom } from './rows.ts'
import type { ValueOrder } from './sources.ts'

/**
 * Returns the matches among the next `limit` rows in the order: the page if it is full, else too few. Undefined if the side
 * table cannot say which rows come first: those without a value, which an ascending order begins with.
 */
export function firstInOrder<Row extends object>(search: Searching, values: ValueOrder, limit: number) {
  const { order } = search
  if (values.by === 'values')
    return order.direction === 'desc' ? rowsOf<Row>(search, withValue(search, values, limit)) : undefined
  const { sql } = search.workspace
  const [first, second] = [withoutText(search, values, limit), withValue(search, values, limit)]
  const [earlier, later] = order.direction === 'asc' ? [first, second] : [second, first]
  // Later rows count only if there are no more of the earlier ones.
  const ids = sql`
    with earlier as materialized (${earlier})
    select id from earlier
    union all (select id from (${later}) later where (select count(*) from earlier) < ${limit})`
  return rowsOf<Row>(search, ids)
}

const rowsOf = <Row extends object>(search: Searching, ids: Fragment) => select<Row>(search, selectFrom(search, ids))

/** The text of a row without a value, in a cursor. */
const NO_TEXT = ''

function withValue({ workspace, noun, page, order }: Searching, values: ValueOrder, limit: number): Fragment {
  const { sql, id: workspace_id } = workspace
  const { type, direction } = order
  const is_text = type === 'text'
  const column = values.by === 'texts' ? sql`${sql(values.column)}` : is_text ? sql`text_value` : sql`number_value`
  const is_over = is_text && direction === 'desc' && page.after?.value === NO_TEXT
  const after = is_text && page.after?.value === NO_TEXT ? undefined : page.after
  const way = sql.unsafe(direction)
  return sql`
    select id from ${sql(values.by === 'texts' ? noun.tables.texts : noun.tables.values)}
    where workspace_id = ${workspace_id} ${values.by === 'values' ? sql`and field = ${values.name}` : sql``}
      and ${column} ${is_text ? sql`> ${NO_TEXT}` : sql`is not null`} ${is_over ? sql`and false` : sql``}
      ${after ? sql`and (${column}, id) ${than(workspace, order)} (${storedValue(workspace, type, after.value)}, ${after.id})` : sql``}
    order by ${column} ${way}, id ${way} limit ${limit}`
}

/** The value of a cursor as the side table has it. */
function storedValue({ sql }: Workspace, type: Order['type'], value: string): Fragment {
  if (type === 'text') return sql`${value}::text`
  if (type === 'numeric') return sql`${value}::double precision`
  return sql`extract(epoch from ${value}::text::timestamptz)::double precision`
}

const than = ({ sql }: Workspace, { direction }: Order) => sql.unsafe(direction === 'asc' ? '>' : '<')

function withoutText(
  { workspace, noun, page, order }: Searching,
  values: ValueOrder & { by: 'texts' },
  limit: number,
): Fragment {
  const { sql, id: workspace_id } = workspace
  const { after } = page
  const column = sql(values.column)
  const way = sql.unsafe(order.direction)
  const is_over = order.direction === 'asc' && after !== undefined && after.value !== NO_TEXT
  return sql`
    select id from ${sql(noun.tables.texts)}
    where workspace_id = ${workspace_id} and (${column} is null or ${column} = ${NO_TEXT}) ${is_over ? sql`and false` : sql``}
      ${after?.value === NO_TEXT ? sql`and id ${than(workspace, order)} ${after.id}` : sql``}
    order by id ${way} limit ${limit}`
}
