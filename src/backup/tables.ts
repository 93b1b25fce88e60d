// What a backup reads and a restore writes: the tables with their columns, the keys between them, and the sequences.
import type { Sql } from '#db/sql.ts'

export type Table = { schema: string; name: string; columns: string[] }
export type Sequence = { table: string; column: string; last_value: string; is_called: boolean }

/** The schema of the job queue, whose other tables describe its workers and its own release. */
const JOBS = 'graphile_worker'
const TABLES_OF_JOBS = ['_private_job_queues', '_private_tasks', '_private_jobs']
/** What each server writes for itself, or a restore gets from its own migrations. */
const LEFT_OUT = ['migrations', 'job_workers']

/** Returns the tables with the columns that have values of their own. Unlogged tables hold only what can be counted again. */
export const listTables = (sql: Sql) => sql<Table[]>`
  select namespaces.nspname::text as schema, classes.relname::text as name,
    array_agg(attributes.attname::text order by attributes.attnum) as columns
  from pg_class classes
  join pg_namespace namespaces on namespaces.oid = classes.relnamespace
  join pg_attribute attributes on attributes.attrelid = classes.oid and attributes.attnum > 0
    and not attributes.attisdropped and attributes.attgenerated = ''
  where classes.relkind in ('r', 'p') and not classes.relispartition and classes.relpersistence = 'p'
    and (namespaces.nspname = current_schema() and classes.relname <> all(${LEFT_OUT})
      or namespaces.nspname = ${JOBS} and classes.relname = any(${TABLES_OF_JOBS}))
  group by 1, 2 order by 1, 2`

/** Returns the sequences of identity columns and of columns that own one. */
export async function listSequences(sql: Sql): Promise<Sequence[]> {
  const columns = await sql<{ table: string; column: string; sequence: string }[]>`
    select format('%I.%I', namespaces.nspname, classes.relname) as table, attributes.attname::text as column,
      pg_get_serial_sequence(format('%I.%I', namespaces.nspname, classes.relname), attributes.attname) as sequence
    from pg_class classes
    join pg_namespace namespaces on namespaces.oid = classes.relnamespace
    join pg_attribute attributes on attributes.attrelid = classes.oid and attributes.attnum > 0 and not attisdropped
    where classes.relkind in ('r', 'p') and not classes.relispartition
      and namespaces.nspname in (current_schema(), ${JOBS})
      and pg_get_serial_sequence(format('%I.%I', namespaces.nspname, classes.relname), attributes.attname) is not null`
  const found: Sequence[] = []
  for (const { table, column, sequence } of columns) {
    const [state] = await sql.unsafe<[{ last_value: string; is_called: boolean }]>(
      `select last_value, is_called from ${sequence}`,
    )
    found.push({ table, column, last_value: state.last_value, is_called: state.is_called })
  }
  return found
}

export const setSequence = (sql: Sql, { table, column, last_value, is_called }: Sequence) => sql`
  select setval(pg_get_serial_sequence(${table}, ${column}), ${last_value}::bigint, ${is_called})`

export type Key = { table: string; name: string; definition: string }

/** Returns the foreign keys of the tables. Those of partitions follow their table. */
export const listForeignKeys = (sql: Sql) => sql<Key[]>`
  select conrelid::regclass::text as table, quote_ident(conname) as name, pg_get_constraintdef(constraints.oid) as definition
  from pg_constraint constraints
  join pg_class classes on classes.oid = conrelid
  join pg_namespace namespaces on namespaces.oid = classes.relnamespace
  where contype = 'f' and conparentid = 0 and namespaces.nspname in (current_schema(), ${JOBS})`

export const nameOf = ({ schema, name }: Pick<Table, 'schema' | 'name'>): string => `"${schema}"."${name}"`

export const columnsOf = ({ columns }: Table): string => columns.map((column) => `"${column}"`).join(', ')
