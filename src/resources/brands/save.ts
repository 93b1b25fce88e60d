// Creates, changes and deletes brands.
import { conflict, unprocessable } from '#http/errors.ts'
import { theHelpCenter } from '#resources/help-centers/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type BrandRow, countBrandsLocked, deleteBrand, insertBrand, lockBrand, updateBrand } from './queries.ts'
import type { BrandRequest, NewBrandRequest } from './schema.ts'

const MAX_BRANDS = 100

export async function createBrand(workspace: Workspace, request: NewBrandRequest): Promise<BrandRow> {
  if ((await countBrandsLocked(workspace)) >= MAX_BRANDS)
    throw conflict(`There are ${MAX_BRANDS} brands already: delete one first`)
  return insertBrand(workspace, await changed(workspace, { name: request.name, help_center_id: null }, request))
}

/** What the request leaves out stays. */
export async function changeBrand(workspace: Workspace, id: string, request: BrandRequest): Promise<BrandRow> {
  const brand = await lockBrand(workspace, id)
  return updateBrand(workspace, brand.id, await changed(workspace, brand, request))
}

export async function removeBrand(workspace: Workspace, id: string): Promise<void> {
  const brand = await lockBrand(workspace, id)
  if (brand.is_default) throw unprocessable('data_invalid', 'The default brand cannot be deleted')
  await deleteBrand(workspace, brand.id)
}

async function changed(
  workspace: Workspace,
  brand: Pick<BrandRow, 'name' | 'help_center_id'>,
  { name = brand.name, help_center_id = brand.help_center_id }: BrandRequest,
) {
  const help_center = help_center_id === null ? null : await theHelpCenter(workspace, help_center_id)
  return { name: name.trim(), help_center_id: help_center?.id ?? null }
}
