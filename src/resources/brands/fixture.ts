// A brand, and requests of another workspace that must not reach it.
import type { Fixture } from '../../../test/fixture.ts'

declare module '../../../test/fixture.ts' {
  interface Ids {
    brand: string
  }
}

export default {
  needs: ['help_center'],
  provides: ['brand'],
  async create({ post, workspace: { id } }, { help_center }) {
    const brand = await post('/extensions/brands', { name: `Brand of ${id}`, help_center_id: help_center })
    return { brand: brand.id }
  },
  attempts: {
    createBrand: (their) => [['POST /extensions/brands', { name: 'x', help_center_id: their.help_center }]],
    retrieveBrand: ({ brand }) => [[`GET /brands/${brand}`]],
    updateBrand: (their, my) => [
      [`PUT /extensions/brands/${their.brand}`, { name: 'Taken' }],
      [`PUT /extensions/brands/${my.brand}`, { help_center_id: their.help_center }],
    ],
  },
  removals: { deleteBrand: ({ brand }) => [[`DELETE /extensions/brands/${brand}`]] },
  lists: { listBrands: () => [['GET /brands']] },
  ids: { brands: ['brand'], brand_id: ['brand'] },
} satisfies Fixture
