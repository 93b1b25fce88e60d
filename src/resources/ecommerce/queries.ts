// The SQL of ecommerce connectors, and of the products that their catalogs leave.
import { beyond, cursorValue, inOrder, oldestById, type Page, type PageResult, pageResult } from '#db/page.ts'
import { one, rowId } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { Product } from './product.ts'

export type ConnectorRow = { id: string; name: string; created_at: Date; updated_at: Date }

const columns = ({ sql }: Workspace) => sql`id, name, created_at, updated_at`

/** The oldest thousand. */
export const listConnectors = (workspace: Workspace) => workspace.sql<ConnectorRow[]>`
  select ${columns(workspace)} from ecommerce_connectors
  where workspace_id = ${workspace.id} order by id limit 1000`

export const findConnector = (workspace: Workspace, id: string) =>
  one(workspace.sql<ConnectorRow[]>`
    select ${columns(workspace)} from ecommerce_connectors
    where workspace_id = ${workspace.id} and id = ${rowId(id)}`)

/** Uploads to one connector are accepted one after the other. */
export const lockConnector = (workspace: Workspace, id: string) =>
  one(workspace.sql<ConnectorRow[]>`
    select ${columns(workspace)} from ecommerce_connectors
    where workspace_id = ${workspace.id} and id = ${rowId(id)} for update`)

export const insertConnector = (workspace: Workspace, name: string) =>
  one(workspace.sql<ConnectorRow[]>`
    insert into ecommerce_connectors (workspace_id, name, created_at, updated_at)
    values (${workspace.id}, ${name}, ${workspace.now()}, ${workspace.now()})
    returning ${columns(workspace)}`) as Promise<ConnectorRow>

/** Also deletes its uploads and products. */
export const deleteConnector = (workspace: Workspace, id: string) =>
  one(workspace.sql<{ id: string }[]>`
    delete from ecommerce_connectors where workspace_id = ${workspace.id} and id = ${rowId(id)} returning id`)

export type ProductRow = { id: string; connector_id: string; product: Product; created_at: Date; updated_at: Date }

/** Returns a page of products, oldest first; without `connector_id`, of all connectors. */
export async function pageOfProducts(
  workspace: Workspace,
  connector_id: string | undefined,
  page: Page,
): Promise<PageResult<ProductRow>> {
  const { sql, id } = workspace
  const order = oldestById(workspace)
  const of_connector = () => (connector_id === undefined ? sql`true` : sql`connector_id = ${rowId(connector_id)}`)
  const rows = await sql<(ProductRow & { cursor_value: string })[]>`
    select id, connector_id, product, created_at, updated_at, ${cursorValue(workspace, order)} from ecommerce_products
    where workspace_id = ${id} and ${of_connector()} and ${beyond(workspace, order, page)}
    ${inOrder(workspace, order, page)}`
  return pageResult(rows, page, async () => {
    const [{ count }] = await sql<[{ count: number }]>`
      select count(*)::integer as count from ecommerce_products where workspace_id = ${id} and ${of_connector()}`
    return count
  })
}

/** A product that does not differ stays as it is, except for its upload. `products` have different ids. */
export async function saveProducts(
  { sql, id, now }: Workspace,
  { connector_id, upload_id }: { connector_id: string; upload_id: string },
  products: readonly Product[],
): Promise<void> {
  if (!products.length) return
  await sql`
    insert into ecommerce_products as present
      (workspace_id, connector_id, product_id, product, upload_id, created_at, updated_at)
    select ${id}, ${connector_id}, given ->> 'id', given, ${upload_id}, ${now()}, ${now()}
    from unnest(${products.map((one) => JSON.stringify(one))}::text[]) texts (text), jsonb(text) given
    on conflict (workspace_id, connector_id, product_id) do update
      set product = excluded.product, upload_id = excluded.upload_id,
        updated_at = case when present.product = excluded.product then present.updated_at else excluded.updated_at end`
}

/** Deletes the products that the upload does not have. Returns their number. */
export const deleteOtherProducts = async ({ sql, id }: Workspace, connector_id: string, upload_id: string) =>
  (
    await sql`
      delete from ecommerce_products
      where workspace_id = ${id} and connector_id = ${connector_id} and upload_id <> ${upload_id}`
  ).count
