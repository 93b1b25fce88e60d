// Ecommerce connectors, uploads and products over the wire.
import { type Static, Type } from 'typebox'
import { PageOf } from '#http/lists.ts'
import { epoch, ListOf, named } from '#http/types.ts'
import type { Accepted } from './accept.ts'
import type { ConnectorRow, ProductRow } from './queries.ts'
import { type UploadRow, wireId } from './upload-queries.ts'

/** The fields of the form, which the handler reads. */
export const CatalogForm = Type.Object({
  catalog: Type.Optional(
    Type.String({ format: 'binary', description: 'A file: a JSON array of products, 99 MB at most.' }),
  ),
  finalize: Type.Optional(
    Type.Enum(['true', 'false'], {
      description: '`false`: a part of a session. `true`: its end. Absent: a whole catalog.',
    }),
  ),
  import_job_id: Type.Optional(Type.String({ description: 'The session.' })),
  part_number: Type.Optional(Type.Integer({ description: 'Of a part: `next_part_number` of the answer before.' })),
})

export const PartAccepted = named(
  'ecommerce_catalog_upload_part_response',
  Type.Object({ import_job_id: Type.String(), next_part_number: Type.Integer() }),
)

export const SyncStarted = named(
  'ecommerce_catalog_upload_response',
  Type.Object({ import_job_id: Type.String(), status: Type.Literal('processing'), message: Type.String() }),
)

export const presentAccepted = (accepted: Accepted): Static<typeof PartAccepted> | Static<typeof SyncStarted> =>
  accepted.type === 'part'
    ? { import_job_id: accepted.import_job_id, next_part_number: accepted.next_part_number }
    : {
        import_job_id: accepted.import_job_id,
        ...{ status: 'processing', message: 'Catalog received. Sync has started.' },
      }

export const EcommerceConnector = named(
  'ecommerce_connector',
  Type.Object({
    type: Type.Literal('ecommerce_connector'),
    id: Type.String(),
    name: Type.String(),
    created_at: Type.Integer(),
    updated_at: Type.Integer(),
  }),
)
export const EcommerceConnectorList = named('ecommerce_connector_list', ListOf(EcommerceConnector))

export const EcommerceConnectorRequest = named(
  'ecommerce_connector_request',
  Type.Object({ name: Type.String({ minLength: 1, maxLength: 255, pattern: '\\S' }) }),
)

export const CatalogUpload = named(
  'ecommerce_catalog_upload',
  Type.Object({
    type: Type.Literal('ecommerce_catalog_upload'),
    import_job_id: Type.String(),
    status: Type.Enum(['uploading', 'processing', 'completed', 'expired']),
    next_part_number: Type.Integer(),
    products_count: Type.Integer({ description: 'Products that the sync has taken so far.' }),
    skipped_count: Type.Integer({ description: 'Products that lack an id, a title or an https URL.' }),
    deleted_count: Type.Integer({ description: 'Products that the upload did not have.' }),
    created_at: Type.Integer(),
    updated_at: Type.Integer(),
  }),
)
export const CatalogUploadList = named('ecommerce_catalog_upload_list', ListOf(CatalogUpload))

export const EcommerceProduct = named(
  'ecommerce_product',
  Type.Object(
    {
      type: Type.Literal('ecommerce_product'),
      id: Type.String({ description: 'The shop’s own id.' }),
      connector_id: Type.String(),
      title: Type.String(),
      url: Type.String(),
      created_at: Type.Integer(),
      updated_at: Type.Integer(),
    },
    { additionalProperties: true, description: 'With all other fields of a product in a catalog.' },
  ),
)
export const EcommerceProductList = named('ecommerce_product_list', PageOf(EcommerceProduct))

export const presentConnector = ({ id, name, ...row }: ConnectorRow): Static<typeof EcommerceConnector> => ({
  ...{ type: 'ecommerce_connector', id, name },
  ...{ created_at: epoch(row.created_at), updated_at: epoch(row.updated_at) },
})

export const presentUpload = (upload: UploadRow): Static<typeof CatalogUpload> => ({
  ...{ type: 'ecommerce_catalog_upload', import_job_id: wireId(upload), status: upload.state },
  next_part_number: upload.next_part_number,
  products_count: upload.synced_count - upload.skipped_count,
  ...{ skipped_count: upload.skipped_count, deleted_count: upload.deleted_count },
  ...{ created_at: epoch(upload.created_at), updated_at: epoch(upload.updated_at) },
})

export const presentProduct = ({ connector_id, product, ...row }: ProductRow): Static<typeof EcommerceProduct> => ({
  ...{ type: 'ecommerce_product', ...product, connector_id },
  ...{ created_at: epoch(row.created_at), updated_at: epoch(row.updated_at) },
})
