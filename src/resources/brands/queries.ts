// The SQL of brands.
import { type Fragment, one, rowId } from '#db/sql.ts'
import { found } from '#http/errors.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export type NewBrand = {
  name: string
  /** Null: the default help center. */
  help_center_id: string | null
}
export type BrandRow = NewBrand & {
  id: string
  is_default: boolean
  shown_help_center_id: string
  /** Its sender address; else that of the default brand; null if that has none, too. */
  default_address_settings_id: string | null
  created_at: Date
  updated_at: Date
}

const columns = ({ sql, id }: Workspace) => {
  const addressOf = (condition: Fragment) => sql`(
    select emails.id from email_settings emails where emails.workspace_id = ${id} and ${condition}
    order by emails.is_default desc, emails.id limit 1)`
  return sql`brands.id, name, is_default, help_center_id, created_at, updated_at,
    coalesce(help_center_id, (
      select centers.id from help_centers centers where centers.workspace_id = ${id} and centers.is_default
    )) as shown_help_center_id,
    coalesce(${addressOf(sql`emails.brand_id = brands.id`)}, ${addressOf(sql`emails.brand_id is null`)})
      as default_address_settings_id`
}

/** The default one first, then oldest first. */
export const listBrands = (workspace: Workspace) => workspace.sql<BrandRow[]>`
  select ${columns(workspace)} from brands where workspace_id = ${workspace.id} order by not is_default, brands.id`

/** The condition for the brand that has the id on the wire. */
const hasId = ({ sql, id }: Workspace, brand_id: string): Fragment =>
  brand_id === id ? sql`is_default` : sql`brands.id = ${rowId(brand_id)} and not is_default`

/** @throws a 404 if there is no such brand. */
export const theBrand = async (workspace: Workspace, id: string): Promise<BrandRow> =>
  found(
    await one(workspace.sql<BrandRow[]>`
      select ${columns(workspace)} from brands where workspace_id = ${workspace.id} and ${hasId(workspace, id)}`),
    'Brand not found',
  )

/** Locks the brand until the transaction ends. @throws a 404 if there is no such brand. */
export async function lockBrand(workspace: Workspace, id: string): Promise<BrandRow> {
  await workspace.sql`
    select from brands where workspace_id = ${workspace.id} and ${hasId(workspace, id)} for no key update`
  return theBrand(workspace, id)
}

/** Locks the list of brands until the transaction ends, and returns their number. */
export async function countBrandsLocked({ sql, id }: Workspace): Promise<number> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`brands ${id}`}, 0))`
  const [{ count }] = await sql<[{ count: number }]>`
    select count(*)::integer as count from brands where workspace_id = ${id}`
  return count
}

export const insertBrand = async (workspace: Workspace, brand: NewBrand): Promise<BrandRow> =>
  (await one(workspace.sql<BrandRow[]>`
    insert into brands (workspace_id, name, help_center_id, created_at, updated_at)
    values (${workspace.id}, ${brand.name}, ${brand.help_center_id}, ${workspace.now()}, ${workspace.now()})
    returning ${columns(workspace)}`)) as BrandRow

export const updateBrand = async (workspace: Workspace, id: string, brand: NewBrand): Promise<BrandRow> =>
  (await one(workspace.sql<BrandRow[]>`
    update brands set name = ${brand.name}, help_center_id = ${brand.help_center_id}, updated_at = ${workspace.now()}
    where workspace_id = ${workspace.id} and id = ${id} returning ${columns(workspace)}`)) as BrandRow

/** Its sender addresses become those of the default brand. */
export const deleteBrand = ({ sql, id }: Workspace, brand_id: string) => sql`
  delete from brands where workspace_id = ${id} and id = ${brand_id}`
