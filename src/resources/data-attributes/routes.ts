// Data attributes: the standard ones and those of the workspace.

import { Type } from 'typebox'
import { unprocessable } from '#http/errors.ts'
import { type App, op } from '#http/op.ts'
import { ById } from '#http/types.ts'
import { listAttributes } from '#resources/conversation-attributes/queries.ts'
import type { Resource } from '#server.ts'
import { has } from '#versions/changes.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { listDataAttributes, type Model } from './queries.ts'
import { changeDataAttribute, createDataAttribute } from './save.ts'
import {
  ChangedDataAttribute,
  DataAttribute,
  DataAttributeList,
  NewDataAttribute,
  presentConversationAttributes,
  presentDataAttribute,
  presentStandard,
} from './schema.ts'
import { STANDARD } from './standard.ts'

const ListQuery = Type.Object({
  model: Type.Optional(Type.Enum(['contact', 'company', 'conversation'], { description: '`contact` or `company`.' })),
  include_archived: Type.Optional(Type.Boolean()),
})

function dataAttributes(app: App) {
  app.get(
    '/data_attributes',
    op('lisDataAttributes', {
      summary: 'List data attributes',
      sdk: (client) => client.dataAttributes.list({ model: 'contact' }),
      refuses: [422],
      query: ListQuery,
      response: DataAttributeList,
    }),
    async ({ workspace, query }) => {
      const models = modelsOf(workspace, query.model)
      const with_archived = query.include_archived === true
      const own = await listDataAttributes(
        workspace,
        models.filter((model) => model !== 'conversation'),
      )
      const of_conversations = models.includes('conversation') ? await listAttributes(workspace, { with_archived }) : []
      return {
        type: 'list' as const,
        data: [
          ...STANDARD.filter(({ model }) => models.includes(model)).map(presentStandard),
          ...own.filter(({ archived }) => with_archived || !archived).map(presentDataAttribute),
          ...presentConversationAttributes(of_conversations),
        ],
      }
    },
  )

  app.post(
    '/data_attributes',
    op('createDataAttribute', { summary: 'Create a data attribute', body: NewDataAttribute, response: DataAttribute }),
    async ({ workspace, body }) => presentDataAttribute(await createDataAttribute(workspace, body)),
  )

  app.put(
    '/data_attributes/:id',
    op('updateDataAttribute', {
      summary: 'Update or archive a data attribute',
      sdk: (client) => client.dataAttributes.update({ data_attribute_id: 1, body: { description: 'The plan' } }),
      params: ById,
      body: ChangedDataAttribute,
      response: DataAttribute,
    }),
    async ({ workspace, params, body }) => presentDataAttribute(await changeDataAttribute(workspace, params.id, body)),
  )
}

type ListedModel = Model | 'conversation'

function modelsOf(workspace: Workspace, model: ListedModel | undefined): ListedModel[] {
  const withConversations = !has(workspace, 'conversation-attributes-have-their-own-list')
  if (model === 'conversation' && !withConversations) {
    throw unprocessable(
      'parameter_invalid',
      'model=conversation is no longer supported. Use GET /conversations/attributes instead',
    )
  }
  if (model) return [model]
  return withConversations ? ['contact', 'company', 'conversation'] : ['contact', 'company']
}

export default { group: 'Data Attributes', routes: dataAttributes } satisfies Resource
