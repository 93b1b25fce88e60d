// An ecommerce connector with an upload and a product, and requests of another workspace that must not reach them.

import { aCatalog } from '../../../test/catalogs.ts'
import type { Fixture } from '../../../test/fixture.ts'
import { syncCatalog } from './sync.ts'

declare module '../../../test/fixture.ts' {
  interface Ids {
    ecommerce_connector: string
    ecommerce_upload: string
  }
}

const CONNECTORS = '/extensions/ecommerce/connectors'

export default {
  provides: ['ecommerce_connector', 'ecommerce_upload'],
  async create({ call, post, workspace: { sql, id } }) {
    const connector = await post(CONNECTORS, { name: `Shop of ${id}` })
    const products = [{ id: `product of ${id}`, title: 'Shirt', url: 'https://example.com/shirt' }]
    const { body } = await aCatalog(call, connector.id, { catalog: JSON.stringify(products) })
    const upload_id = body.import_job_id.replace('job_catalog_', '')
    await syncCatalog.run({ sql: sql as never }, { workspace_id: id, upload_id })
    return { ecommerce_connector: connector.id, ecommerce_upload: body.import_job_id }
  },
  attempts: {
    listEcommerceUploads: (their) => [[`GET ${CONNECTORS}/${their.ecommerce_connector}/uploads`]],
    getEcommerceUpload: (their, my) => [
      [`GET ${CONNECTORS}/${their.ecommerce_connector}/uploads/${their.ecommerce_upload}`],
      ...(their === my
        ? []
        : [[`GET ${CONNECTORS}/${my.ecommerce_connector}/uploads/${their.ecommerce_upload}`] as [string]]),
    ],
  },
  removals: { deleteEcommerceConnector: (their) => [[`DELETE ${CONNECTORS}/${their.ecommerce_connector}`]] },
  lists: {
    listEcommerceConnectors: () => [[`GET ${CONNECTORS}`]],
    listEcommerceProducts: () => [['GET /extensions/ecommerce/products']],
  },
  tested_elsewhere: ['createEcommerceConnector', 'uploadEcommerceCatalog'],
  ids: {
    connectors: ['ecommerce_connector'],
    connector_id: ['ecommerce_connector'],
    uploads: ['ecommerce_upload'],
    import_job_id: ['ecommerce_upload'],
  },
} satisfies Fixture
