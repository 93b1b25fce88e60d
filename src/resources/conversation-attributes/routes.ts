// Conversation attributes and the options of lists. DELETE archives both.
import { Type } from 'typebox'
import { type App, op } from '#http/op.ts'
import { ById } from '#http/types.ts'
import type { Resource } from '#server.ts'
import { addOption, archiveOption, renameOption } from './options.ts'
import { listAttributes } from './queries.ts'
import { archiveAttribute, changeAttribute, createAttribute, theAttribute } from './save.ts'
import {
  AttributeChanges,
  ConversationAttribute,
  ConversationAttributeList,
  NewAttributeRequest,
  OptionRequest,
  presentAttribute,
} from './schema.ts'

const since = '2.16'
const response = ConversationAttribute
const read = 'read_conversations'
const write = 'write_conversations'

const ListQuery = Type.Object({ include_archived: Type.Optional(Type.Boolean()) })
const ByOption = Type.Object({ id: Type.String(), option_id: Type.String() })

function conversationAttributes(app: App) {
  app.get(
    '/conversations/attributes',
    op('listConversationAttributes', {
      summary: 'List conversation attributes',
      since,
      scope: read,
      query: ListQuery,
      response: ConversationAttributeList,
    }),
    async ({ workspace, query }) => ({
      type: 'list' as const,
      data: (await listAttributes(workspace, { with_archived: query.include_archived === true })).map(presentAttribute),
    }),
  )

  app.post(
    '/conversations/attributes',
    op('createConversationAttribute', {
      summary: 'Create a conversation attribute',
      since,
      scope: write,
      refuses: [404, 422],
      body: NewAttributeRequest,
      response,
    }),
    async ({ workspace, body }) => presentAttribute(await createAttribute(workspace, body)),
  )

  app.get(
    '/conversations/attributes/:id',
    op('getConversationAttribute', {
      summary: 'Show a conversation attribute',
      since,
      scope: read,
      params: ById,
      response,
    }),
    async ({ workspace, params }) => presentAttribute(await theAttribute(workspace, params.id)),
  )

  app.put(
    '/conversations/attributes/:id',
    op('updateConversationAttribute', {
      summary: 'Update a conversation attribute',
      since,
      scope: write,
      refuses: [422],
      params: ById,
      body: AttributeChanges,
      response,
    }),
    async ({ workspace, params, body }) => presentAttribute(await changeAttribute(workspace, params.id, body)),
  )

  app.delete(
    '/conversations/attributes/:id',
    op('deleteConversationAttribute', {
      summary: 'Archive a conversation attribute',
      since,
      scope: write,
      params: ById,
      response,
    }),
    async ({ workspace, params }) => presentAttribute(await archiveAttribute(workspace, params.id)),
  )

  app.post(
    '/conversations/attributes/:id/options',
    op('createConversationAttributeOption', {
      summary: 'Add an option to a list attribute',
      since,
      scope: write,
      refuses: [422],
      params: ById,
      body: OptionRequest,
      response,
    }),
    async ({ workspace, params, body }) => presentAttribute(await addOption(workspace, params.id, body)),
  )

  app.put(
    '/conversations/attributes/:id/options/:option_id',
    op('updateConversationAttributeOption', {
      summary: 'Rename an option of a list attribute',
      since,
      scope: write,
      refuses: [422],
      params: ByOption,
      body: OptionRequest,
      response,
    }),
    async ({ workspace, params, body }) =>
      presentAttribute(await renameOption(workspace, params.id, params.option_id, body)),
  )

  app.delete(
    '/conversations/attributes/:id/options/:option_id',
    op('deleteConversationAttributeOption', {
      summary: 'Archive an option of a list attribute',
      since,
      scope: write,
      refuses: [422],
      params: ByOption,
      response,
    }),
    async ({ workspace, params }) => presentAttribute(await archiveOption(workspace, params.id, params.option_id)),
  )
}

export default { group: 'Conversations Attributes', routes: conversationAttributes } satisfies Resource
