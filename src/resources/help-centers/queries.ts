// The SQL of help centers.
import { type Fragment, one, rowId } from '#db/sql.ts'
import { found } from '#http/errors.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export type HelpCenterSettings = {
  identifier: string
  display_name: string
  website_turned_on: boolean
  custom_domain: string | null
  is_default: boolean
  default_locale: string
  /** The default one first. */
  locales: string[]
}
export type HelpCenterRow = HelpCenterSettings & { id: string; created_at: Date; updated_at: Date }

/** What addresses and translations of its content depend on. */
export type HelpCenterOfContent = Pick<
  HelpCenterRow,
  'id' | 'identifier' | 'website_turned_on' | 'custom_domain' | 'default_locale' | 'locales'
>

const columns = ({ sql }: Workspace) => sql`
  id, identifier, display_name, website_turned_on, custom_domain, is_default, default_locale, locales, created_at,
  updated_at`

/** The default one first, then oldest first. */
export const listHelpCenters = (workspace: Workspace) => workspace.sql<HelpCenterRow[]>`
  select ${columns(workspace)} from help_centers where workspace_id = ${workspace.id} order by not is_default, id`

export const findHelpCenter = (workspace: Workspace, id: string) =>
  one(workspace.sql<HelpCenterRow[]>`
    select ${columns(workspace)} from help_centers where workspace_id = ${workspace.id} and id = ${rowId(id)}`)

/** @throws a 404 if there is no such help center. */
export const theHelpCenter = async (workspace: Workspace, id: string): Promise<HelpCenterRow> =>
  found(await findHelpCenter(workspace, id))

export const defaultHelpCenter = (workspace: Workspace) =>
  one(workspace.sql<HelpCenterRow[]>`
    select ${columns(workspace)} from help_centers
    where workspace_id = ${workspace.id} and is_default`) as Promise<HelpCenterRow>

/** Locks a help center, or the default one, until the transaction ends: its collections keep their places. */
export const lockHelpCenter = (workspace: Workspace, id: string | null) =>
  one(workspace.sql<HelpCenterRow[]>`
    select ${columns(workspace)} from help_centers
    where workspace_id = ${workspace.id} and ${id === null ? workspace.sql`is_default` : workspace.sql`id = ${rowId(id)}`}
    for no key update`)

/** Locks all of them until the transaction ends. */
export const lockHelpCenters = (workspace: Workspace) => workspace.sql<HelpCenterRow[]>`
  select ${columns(workspace)} from help_centers where workspace_id = ${workspace.id} order by id for no key update`

/** A help center as JSON: `HelpCenterOfContent`. `help_center_id` is SQL. */
export const helpCenterOf = ({ sql, id }: Workspace, help_center_id: Fragment): Fragment => sql`
  (
    select json_build_object('id', centers.id::text, 'identifier', identifier, 'website_turned_on', website_turned_on,
      'custom_domain', custom_domain, 'default_locale', default_locale, 'locales', locales)
    from help_centers centers
    where centers.workspace_id = ${id} and centers.id = ${help_center_id}
  )`

/** Returns the locales of all help centers of the workspace. */
export async function listLocales({ sql, id }: Workspace): Promise<string[]> {
  const rows = await sql<{ locale: string }[]>`
    select distinct unnest(locales) as locale from help_centers where workspace_id = ${id}`
  return rows.map(({ locale }) => locale)
}

export const insertHelpCenter = (workspace: Workspace, { locales, ...settings }: HelpCenterSettings) =>
  one(workspace.sql<HelpCenterRow[]>`
    insert into help_centers (workspace_id, identifier, display_name, website_turned_on, custom_domain, is_default,
      default_locale, locales, created_at, updated_at)
    values (${workspace.id}, ${settings.identifier}, ${settings.display_name}, ${settings.website_turned_on},
      ${settings.custom_domain}, ${settings.is_default}, ${settings.default_locale}, ${locales}::text[],
      ${workspace.now()}, ${workspace.now()})
    returning ${columns(workspace)}`) as Promise<HelpCenterRow>

export const updateHelpCenter = (workspace: Workspace, id: string, { locales, ...settings }: HelpCenterSettings) =>
  one(workspace.sql<HelpCenterRow[]>`
    update help_centers set identifier = ${settings.identifier}, display_name = ${settings.display_name},
      website_turned_on = ${settings.website_turned_on}, custom_domain = ${settings.custom_domain},
      is_default = ${settings.is_default}, default_locale = ${settings.default_locale}, locales = ${locales}::text[],
      updated_at = ${workspace.now()}
    where workspace_id = ${workspace.id} and id = ${id}
    returning ${columns(workspace)}`) as Promise<HelpCenterRow>

export const unsetDefault = ({ sql, id }: Workspace) => sql`
  update help_centers set is_default = false where workspace_id = ${id} and is_default`

export const deleteHelpCenter = ({ sql, id }: Workspace, help_center_id: string) => sql`
  delete from help_centers where workspace_id = ${id} and id = ${help_center_id}`

/** Returns those of the names that another help center has, of any workspace. The others are taken. */
export async function takeNames({ sql, id }: Workspace, help_center_id: string, names: string[]): Promise<string[]> {
  await sql`
    delete from help_center_names
    where workspace_id = ${id} and help_center_id = ${help_center_id} and name <> all(${names}::text[])`
  await sql`
    insert into help_center_names (name, workspace_id, help_center_id)
    select name, ${id}, ${help_center_id} from unnest(${names}::text[]) as name
    on conflict do nothing`
  const others = await sql<{ name: string }[]>`
    select name from help_center_names
    where name = any(${names}::text[]) and (workspace_id <> ${id} or help_center_id <> ${help_center_id})`
  return others.map(({ name }) => name)
}
