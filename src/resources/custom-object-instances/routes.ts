// Instances of custom objects: created and changed by their external id, shown, listed and deleted.
import { type Static, Type } from 'typebox'
import { found, missing, notFound } from '#http/errors.ts'
import { NumberedPageQuery, numberedPageOf } from '#http/lists.ts'
import { type App, op } from '#http/op.ts'
import type { Resource, Server } from '#server.ts'
import { has } from '#versions/changes.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import {
  deleteByExternalId,
  deleteInstance,
  findByExternalId,
  findInstance,
  pageOfInstances,
  type ReferredFrom,
} from './queries.ts'
import { saveInstance } from './save.ts'
import {
  Instance,
  InstanceDeleted,
  InstanceList,
  InstanceRequest,
  presentDeleted,
  presentInstance,
  presentInstances,
} from './schema.ts'
import { findType, type TypeRow } from './types/queries.ts'

const since = '2.13'
const scope = 'read_write_custom_objects'

const OfType = Type.Object({ custom_object_type_identifier: Type.String() })
const OneOfType = Type.Object({ ...OfType.properties, id: Type.String() })
const ExternalId = Type.String({ maxLength: 255, description: 'The id that the caller has given the instance.' })

const ListQuery = Type.Object({
  external_id: Type.Optional(ExternalId),
  references_contact_id: Type.Optional(Type.String({ description: 'Only those that the contact refers to.' })),
  references_conversation_id: Type.Optional(
    Type.String({ description: 'Only those that the conversation or ticket refers to.' }),
  ),
  ...NumberedPageQuery.properties,
})

const INSTANCES_PAGE = { default: 20, max: 150 }

const NO_INSTANCE = 'Custom object instance not found'

/** @throws the 404 for an unknown type. The letter case of the identifier matters. */
async function theType(workspace: Workspace, { custom_object_type_identifier: identifier }: Static<typeof OfType>) {
  const type = await findType(workspace, identifier)
  if (!type) throw notFound(`Custom object type \`${identifier}\` not found`)
  return type
}

async function byExternalId(workspace: Workspace, type: TypeRow, external_id: string) {
  return presentInstance(type, found(await findByExternalId(workspace, type, external_id), NO_INSTANCE))
}

const narrowingsOf = (query: Static<typeof ListQuery>): ReferredFrom[] => [
  ...(query.references_contact_id === undefined
    ? []
    : [{ object_types: ['contact'], object_id: query.references_contact_id }]),
  ...(query.references_conversation_id === undefined
    ? []
    : [{ object_types: ['conversation', 'ticket'], object_id: query.references_conversation_id }]),
]

function instances(app: App, server: Server) {
  app.post(
    '/custom_object_instances/:custom_object_type_identifier',
    op('createCustomObjectInstances', {
      summary: 'Create an instance, or change the one with the same external id',
      ...{ since, scope, refuses: [422] },
      params: OfType,
      body: InstanceRequest,
      response: Instance,
      sdk: (client) =>
        client.customObjectInstances.createCustomObjectInstances({
          custom_object_type_identifier: 'Order',
          external_id: '123',
          custom_attributes: { order_number: 'ORDER-12345' },
        }),
    }),
    async ({ workspace, params, body }) => {
      const type = await theType(workspace, params)
      return presentInstance(type, await saveInstance(workspace, type, body))
    },
  )

  app.get(
    '/custom_object_instances/:custom_object_type_identifier',
    op('listCustomObjectInstances', {
      summary: 'List the instances of a type, the newest first; with an external id, show that one',
      ...{ since, scope },
      params: OfType,
      query: ListQuery,
      response: Type.Union([InstanceList, Instance]),
    }),
    async ({ workspace, params, query }) => {
      const { external_id, references_contact_id, references_conversation_id } = query
      if (external_id === undefined && !has(workspace, 'custom-objects-are-listed'))
        throw missing('external_id is required')
      const type = await theType(workspace, params)
      if (external_id !== undefined) return byExternalId(workspace, type, external_id)
      const page = numberedPageOf(query, INSTANCES_PAGE)
      const url = `${server.public_url}/custom_object_instances/${type.identifier}`
      return presentInstances(url, type, page, await pageOfInstances(workspace, type, page, narrowingsOf(query)), {
        ...(references_contact_id !== undefined && { references_contact_id }),
        ...(references_conversation_id !== undefined && { references_conversation_id }),
      })
    },
  )

  app.delete(
    '/custom_object_instances/:custom_object_type_identifier',
    op('deleteCustomObjectInstancesById', {
      summary: 'Delete an instance by its external id',
      ...{ since, scope },
      params: OfType,
      query: Type.Object({ external_id: ExternalId }),
      response: InstanceDeleted,
    }),
    async ({ workspace, params, query }) => {
      const type = await theType(workspace, params)
      const { id } = found(await deleteByExternalId(workspace, type, query.external_id), NO_INSTANCE)
      return presentDeleted(type, id)
    },
  )

  app.get(
    '/custom_object_instances/:custom_object_type_identifier/:id',
    op('getCustomObjectInstancesById', {
      summary: 'Show an instance, by its id or external id',
      ...{ since, scope },
      params: OneOfType,
      response: Instance,
    }),
    async ({ workspace, params }) => {
      const type = await theType(workspace, params)
      const row =
        (await findInstance(workspace, type, params.id)) ?? (await findByExternalId(workspace, type, params.id))
      return presentInstance(type, found(row, NO_INSTANCE))
    },
  )

  app.delete(
    '/custom_object_instances/:custom_object_type_identifier/:id',
    op('deleteCustomObjectInstancesByExternalId', {
      summary: 'Delete an instance by its id',
      ...{ since, scope },
      params: OneOfType,
      response: InstanceDeleted,
    }),
    async ({ workspace, params }) => {
      const type = await theType(workspace, params)
      const { id } = found(await deleteInstance(workspace, type, params.id), NO_INSTANCE)
      return presentDeleted(type, id)
    },
  )
}

export default { group: 'Custom Object Instances', routes: instances } satisfies Resource
