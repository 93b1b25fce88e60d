// One custom attribute, and requests of another workspace that must not reach it.
import type { Fixture } from '../../../test/fixture.ts'

declare module '../../../test/fixture.ts' {
  interface Ids {
    attribute: string
  }
}

export default {
  provides: ['attribute'],
  async create({ post }) {
    const { id } = await post('/data_attributes', { name: 'plan', model: 'contact', data_type: 'string' })
    return { attribute: String(id) }
  },
  attempts: { updateDataAttribute: ({ attribute }) => [[`PUT /data_attributes/${attribute}`, { archived: true }]] },
  lists: { lisDataAttributes: () => [['GET /data_attributes?include_archived=true']] },
  tested_elsewhere: ['createDataAttribute'],
  ids: { data_attributes: ['attribute'] },
} satisfies Fixture
