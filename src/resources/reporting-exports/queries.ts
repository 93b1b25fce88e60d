// The SQL of reporting exports: custom attributes of a workspace, and the SELECT of a chunk as text, for COPY.
import { literal } from '#db/copy.ts'
import { one } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type Attribute, type CustomModel, contactOf, type Dataset, localTime, type Scope } from './fragments.ts'

type Named = { model: CustomModel; name: string; label: string; ids: string[]; is_list: boolean; is_time: boolean }

/** The custom attributes of a workspace. Attributes of several ticket types with one name are one. */
const listNamed = ({ sql, id }: Workspace) => sql<Named[]>`
  select case model when 'contact' then 'people' else model end as model, name, label, array[id::text] as ids,
    false as is_list, data_type in ('date', 'datetime') as is_time
  from data_attributes where workspace_id = ${id} and model in ('contact', 'company') and not archived
  union all
  select 'conversation', name, name, array[id::text], data_type = 'list', data_type = 'datetime'
  from conversation_attributes where workspace_id = ${id} and not archived and data_type <> 'files'
  union all
  select 'ticket', name, name, array_agg(id::text order by id), bool_or(data_type = 'list'), bool_and(data_type = 'datetime')
  from ticket_type_attributes where workspace_id = ${id} and not archived and data_type <> 'files' group by name
  order by 1, 2`

/** Returns the attributes that a dataset has in the workspace. */
export async function attributesOf(
  workspace: Workspace,
  datasets: readonly Dataset[],
): Promise<Map<string, Attribute[]>> {
  const custom = await listNamed(workspace)
  return new Map(
    datasets.map((dataset) => [
      dataset.id,
      [
        ...dataset.attributes,
        ...custom.filter(({ model }) => dataset.custom.includes(model)).map((one) => customAttribute(dataset, one)),
      ],
    ]),
  )
}

const customAttribute = (dataset: Dataset, named: Named): Attribute => ({
  prefix: named.model,
  id: named.name,
  name: named.label,
  sql: (scope) => customValue(dataset, named, scope),
})

function customValue(dataset: Dataset, { model, name, ids, is_list, is_time }: Named, scope: Scope): string {
  if (model === 'people' || model === 'company') {
    const key = model === 'people' ? contactOf(dataset, scope) : 'main.company_id'
    const table = model === 'people' ? 'contacts' : 'companies'
    return `(select ${shownValue(`named.custom_attributes -> ${literal(name)}`, is_time, scope)} from ${table} named
      where named.workspace_id = ${scope.workspace_id} and named.id = ${key})`
  }
  const column = model === 'conversation' ? 'main.custom_attributes' : 'main.ticket_attributes'
  const values = ids.map((id) => {
    const value = `${column} -> ${literal(id)}`
    const label = is_list ? `${labelOf(model, id, value, scope)}, ` : ''
    return `${label}${shownValue(value, is_time, scope)}`
  })
  return `coalesce(${values.join(', ')})`
}

/** Values of lists are stored by the ids of options. */
const labelOf = (model: 'conversation' | 'ticket', id: string, value: string, { workspace_id }: Scope): string => `(
  select option ->> ${model === 'conversation' ? "'label'" : "'name'"}
  from ${model === 'conversation' ? 'conversation_attributes' : 'ticket_type_attributes'} defined
  cross join lateral jsonb_array_elements(coalesce(defined.options, '[]')) option
  where defined.workspace_id = ${workspace_id} and defined.id = ${id} and option -> 'id' = ${value})`

/** Times are stored in Unix seconds. */
const shownValue = (value: string, is_time: boolean, { timezone }: Scope): string =>
  is_time
    ? `case jsonb_typeof(${value}) when 'number' then
        ${localTime(`to_timestamp((${value})::text::float8)`, timezone)} else (${value}) #>> '{}' end`
    : `(${value}) #>> '{}'`

export type Selection = {
  dataset: Dataset
  attributes: readonly Attribute[]
  /** The first moment, and the one after the last. */
  from: Date
  until: Date
  /** Without conversations that no contact has replied in. */
  only_replied: boolean
}

export function selectRows(
  { id, timezone }: { id: string; timezone: string },
  { dataset, attributes, from, until, only_replied }: Selection,
  { after, upto }: { after: string; upto: string },
): string {
  const scope = { workspace_id: literal(id), timezone: literal(timezone) }
  const { table, rows, chunked_by, time } = dataset
  return `
    select ${attributes.map(({ sql }) => sql(scope)).join(', ')}
    from ${table} main
    where main.workspace_id = ${scope.workspace_id} and ${chunked_by} > ${after} and ${chunked_by} <= ${upto}
      and ${rows} ${only_replied ? 'and main.first_contact_reply_at is not null' : ''}
      and ${time} >= timestamptz ${literal(from.toISOString())} and ${time} < timestamptz ${literal(until.toISOString())}
    order by ${chunked_by}, main.id`
}

/** Returns the id up to which the next `rows` rows of the table go; undefined after the last one. */
export async function endOfChunk(
  { sql, id }: Workspace,
  { table, chunked_by }: Dataset,
  after: string,
  rows: number,
): Promise<string | undefined> {
  const column = sql(chunked_by.replace('main.', ''))
  const [last] = await sql<{ id: string | null }[]>`
    select max(${column}) as id from (
      select ${column} from ${sql(table)} where workspace_id = ${id} and ${column} > ${after}
      order by ${column} limit ${rows}
    ) next`
  return last?.id ?? undefined
}

export const findTimezone = async ({ sql, id }: Workspace): Promise<string> =>
  (await one(sql<{ timezone: string }[]>`
    select case when exists (select from pg_timezone_names where name = timezone) then timezone else 'UTC' end as timezone
    from workspaces where id = ${id}`))!.timezone
