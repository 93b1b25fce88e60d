// Types of custom objects, which Intercom's web app makes: created, changed, listed and deleted.
import { Type } from 'typebox'
import { found } from '#http/errors.ts'
import { type App, op } from '#http/op.ts'
import { NOTHING } from '#http/types.ts'
import type { Resource } from '#server.ts'
import { demo } from '../demo.ts'
import { findType, listTypes } from './queries.ts'
import { changeType, createType, removeType } from './save.ts'
import { CustomObjectType, CustomObjectTypeList, NewTypeRequest, presentType, TypeRequest } from './schema.ts'

const ByIdentifier = Type.Object({ identifier: Type.String() })

function types(app: App) {
  app.get(
    '/extensions/custom_object_types',
    op('listCustomObjectTypes', { summary: 'List the types of custom objects', response: CustomObjectTypeList }),
    async ({ workspace }) => ({ type: 'list' as const, data: (await listTypes(workspace)).map(presentType) }),
  )

  app.post(
    '/extensions/custom_object_types',
    op('createCustomObjectType', {
      summary: 'Create a type of custom objects',
      body: NewTypeRequest,
      response: CustomObjectType,
    }),
    async ({ workspace, body }) => presentType(await createType(workspace, body)),
  )

  app.get(
    '/extensions/custom_object_types/:identifier',
    op('getCustomObjectType', {
      summary: 'Show a type of custom objects',
      params: ByIdentifier,
      response: CustomObjectType,
    }),
    async ({ workspace, params }) => presentType(found(await findType(workspace, params.identifier))),
  )

  app.put(
    '/extensions/custom_object_types/:identifier',
    op('updateCustomObjectType', {
      summary: 'Change a type of custom objects',
      params: ByIdentifier,
      body: TypeRequest,
      response: CustomObjectType,
    }),
    async ({ workspace, params, body }) => presentType(await changeType(workspace, params.identifier, body)),
  )

  app.delete(
    '/extensions/custom_object_types/:identifier',
    op('deleteCustomObjectType', {
      summary: 'Delete a type of custom objects, with its instances',
      status: 204,
      params: ByIdentifier,
    }),
    async ({ workspace, params }) => {
      await removeType(workspace, params.identifier)
      return NOTHING
    },
  )
}

export default {
  group: 'Custom Object Instances',
  routes: types,
  kept_tables: ['custom_object_types', 'custom_object_relations'],
  demo,
  given: async (workspace) =>
    (await listTypes(workspace)).map(({ identifier, name }) => ({ type: 'custom_object_type', id: identifier, name })),
} satisfies Resource
