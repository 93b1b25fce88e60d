// A type of custom objects, an order of the demo's type, and requests of another workspace that must not reach them.
import type { Fixture } from '../../../test/fixture.ts'

declare module '../../../test/fixture.ts' {
  interface Ids {
    custom_object_type: string
    custom_object: string
    custom_object_external_id: string
  }
}

/** Of the demo. Both workspaces have it. */
const ORDERS = '/custom_object_instances/Order'
const TYPES = '/extensions/custom_object_types'

export default {
  needs: ['user'],
  provides: ['custom_object_type', 'custom_object', 'custom_object_external_id'],
  async create({ call, post, workspace: { id } }, { user }) {
    const { identifier } = await post(TYPES, { identifier: `Type_of_${id}` })
    const external_id = `order of ${id}`
    await post(ORDERS, { external_id })
    const order = await post(ORDERS, { external_id: 'x', custom_attributes: { order_number: `number of ${id}` } })
    await call(`PUT /contacts/${user}`, { custom_attributes: { order: [order.id] } })
    return { custom_object_type: identifier, custom_object: order.id, custom_object_external_id: external_id }
  },
  attempts: {
    createCustomObjectInstances: (their) => [
      [`POST /custom_object_instances/${their.custom_object_type}`, { external_id: 'x' }],
    ],
    getCustomObjectInstancesById: (their) => [
      [`GET ${ORDERS}/${their.custom_object}`],
      [`GET ${ORDERS}/${encodeURIComponent(their.custom_object_external_id)}`],
    ],
    getCustomObjectType: (their) => [[`GET ${TYPES}/${their.custom_object_type}`]],
    createCustomObjectType: (their) =>
      [[TYPES, { identifier: 'Mine', relations: [{ from: their.custom_object_type, attribute: 'mine' }] }]].map(
        ([route, body]) => [`POST ${route}`, body],
      ),
    updateCustomObjectType: (their) => [[`PUT ${TYPES}/${their.custom_object_type}`, { name: 'Mine' }]],
  },
  removals: {
    deleteCustomObjectInstancesByExternalId: (their) => [[`DELETE ${ORDERS}/${their.custom_object}`]],
    deleteCustomObjectInstancesById: (their) => [
      [`DELETE ${ORDERS}?external_id=${encodeURIComponent(their.custom_object_external_id)}`],
    ],
    deleteCustomObjectType: (their) => [[`DELETE ${TYPES}/${their.custom_object_type}`]],
  },
  lists: {
    listCustomObjectInstances: () => [[`GET ${ORDERS}?per_page=150`]],
    listCustomObjectTypes: () => [[`GET ${TYPES}`]],
  },
  ids: {
    custom_object_type_identifier: ['custom_object_type'],
    custom_object_types: ['custom_object_type'],
    custom_object_instances: ['custom_object'],
  },
} satisfies Fixture
