// Brands: read as Intercom's API shows them, and written as in Intercom's web app.
import { type App, op } from '#http/op.ts'
import { ById, NOTHING } from '#http/types.ts'
import type { Resource } from '#server.ts'
import { demo } from './demo.ts'
import { listBrands, theBrand } from './queries.ts'
import { changeBrand, createBrand, removeBrand } from './save.ts'
import { Brand, BrandList, BrandRequest, NewBrandRequest, presentBrand } from './schema.ts'

function brands(app: App) {
  app.get(
    '/brands',
    op('listBrands', {
      summary: 'List the brands, the default one first',
      since: '2.15',
      response: BrandList,
    }),
    async ({ workspace }) => ({
      type: 'list' as const,
      data: (await listBrands(workspace)).map((brand) => presentBrand(workspace, brand)),
    }),
  )

  app.get(
    '/brands/:id',
    op('retrieveBrand', {
      summary: 'Show a brand',
      since: '2.15',
      params: ById,
      response: Brand,
    }),
    async ({ workspace, params }) => presentBrand(workspace, await theBrand(workspace, params.id)),
  )

  app.post(
    '/extensions/brands',
    op('createBrand', { summary: 'Create a brand', refuses: [404, 409], body: NewBrandRequest, response: Brand }),
    async ({ workspace, body }) => presentBrand(workspace, await createBrand(workspace, body)),
  )

  app.put(
    '/extensions/brands/:id',
    op('updateBrand', { summary: 'Change a brand', params: ById, body: BrandRequest, response: Brand }),
    async ({ workspace, params, body }) => presentBrand(workspace, await changeBrand(workspace, params.id, body)),
  )

  app.delete(
    '/extensions/brands/:id',
    op('deleteBrand', {
      summary: 'Delete a brand; its sender addresses become those of the default brand',
      refuses: [422],
      status: 204,
      params: ById,
    }),
    async ({ workspace, params }) => {
      await removeBrand(workspace, params.id)
      return NOTHING
    },
  )
}

export default {
  group: 'Brands',
  routes: brands,
  kept_tables: ['brands'],
  demo,
  given: async (workspace) =>
    (await listBrands(workspace)).map((brand) => ({
      ...{ type: 'brand', id: presentBrand(workspace, brand).id, name: brand.name },
    })),
} satisfies Resource
