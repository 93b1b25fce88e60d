// Whether a database can be Interphone's: its encoding, whose tables it holds, its release, and the rights of the account.
import type { Pool, Sql } from './sql.ts'

/** The extensions that the migrations create; both are part of PostgreSQL, and trusted: the owner of a database may create them. */
const EXTENSIONS = ['btree_gin', 'pg_trgm']

type Facts = {
  name: string
  account: string
  encoding: string
  schema: string | null
  tables: string[]
  columns: string[]
  can_create: boolean
  can_create_schema: boolean
  unavailable_extensions: string[]
}

/** `migrations` are the files of this release. @throws Error with one sentence that says what to change */
export async function assertSuitable(sql: Pool, migrations: readonly string[]): Promise<void> {
  const facts = await factsOf(sql)
  const { name, account, tables } = facts
  if (facts.encoding !== 'UTF8')
    throw new Error(`it is encoded in ${facts.encoding}: create one with encoding 'UTF8' and template template0.`)
  if (!facts.schema)
    throw new Error(`the search_path of ${account} names no schema that is there: create one, or set it to public.`)
  if (tables.includes('migrations') && !facts.columns.includes('applied_at'))
    throw new Error(`${name} holds the tables of another program: give Interphone a database of its own.`)
  if (tables.length && !tables.includes('migrations'))
    throw new Error(
      `${name} holds tables that are not Interphone's (${tables.slice(0, 3).join(', ')}): give it a database of its own.`,
    )
  const applied = tables.includes('migrations') ? await appliedMigrations(sql) : new Set<string>()
  assertNotNewer(applied, migrations)
  if (migrations.some((migration) => !applied.has(migration))) assertRights(facts)
}

function assertRights({ name, account, schema, ...facts }: Facts): void {
  if (facts.unavailable_extensions.length)
    throw new Error(
      `PostgreSQL lacks the extension ${facts.unavailable_extensions.join(' and ')}: install its contrib package (postgresql-contrib).`,
    )
  const missing = [
    ...(facts.can_create ? [] : [`grant create on schema ${schema} to ${account}`]),
    ...(facts.can_create_schema ? [] : [`grant create on database ${name} to ${account}`]),
  ]
  if (missing.length) throw new Error(`${account} may not create its tables there: run "${missing.join('; ')}".`)
}

async function factsOf(sql: Pool): Promise<Facts> {
  const [facts] = await sql<[Facts]>`
    select current_database() as name, current_user::text as account, current_schema()::text as schema,
      (select pg_encoding_to_char(encoding) from pg_database where datname = current_database()) as encoding,
      array(select tablename::text from pg_tables where schemaname = current_schema() order by 1) as tables,
      array(
        select column_name::text from information_schema.columns
        where table_schema = current_schema() and table_name = 'migrations') as columns,
      coalesce(has_schema_privilege(current_schema(), 'create'), false) as can_create,
      to_regnamespace('graphile_worker') is not null and extensions.missing = '{}'
        or has_database_privilege(current_database(), 'create') as can_create_schema,
      array(select unnest(extensions.missing) except select name::text from pg_available_extensions) as unavailable_extensions
    from (
      select array(select unnest(${EXTENSIONS}::text[]) except select extname::text from pg_extension) as missing
    ) extensions`
  return facts
}

/** Returns the names of the migrations that were applied. */
export const appliedMigrations = async (sql: Sql): Promise<Set<string>> =>
  new Set((await sql<{ name: string }[]>`select name from migrations order by name`).map(({ name }) => name))

/** Only names after the last of this release are newer: earlier ones may have had other names. */
function assertNotNewer(applied: ReadonlySet<string>, migrations: readonly string[]): void {
  const last = migrations.at(-1) ?? ''
  const newer = [...applied].filter((name) => name > last)
  if (newer.length)
    throw new Error(
      `its schema is of a newer release (${newer[0]}): start that release, or restore a backup from before its migrations.`,
    )
}
