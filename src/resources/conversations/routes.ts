// Conversations: begun by contacts or out of messages, answered, and managed.

import { Type } from 'typebox'
import { type Cut, newest, type Page } from '#db/page.ts'
import { invalid } from '#http/errors.ts'
import { PageQuery, pageOf, presentPages } from '#http/lists.ts'
import { type App, op } from '#http/op.ts'
import { ById, Epoch, fromEpoch, Id } from '#http/types.ts'
import { attach, attachmentsAt, keepAttached } from '#resources/attachments/attach.ts'
import { ATTACHING } from '#resources/attachments/schema.ts'
import { SearchBody } from '#search/query.ts'
import type { Resource, Server } from '#server.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { ManageRequest, manage } from './actions/manage.ts'
import { UpdateRequest, update } from './actions/update.ts'
import { Conversation, ConversationList, presentConversation } from './present/conversation.ts'
import { type Display, DisplayQuery, displayOf, withEmailHistory } from './present/display.ts'
import { presentQuality, QualityQuery } from './present/quality.ts'
import { pageOfConversations, type ShownRow } from './present/queries.ts'
import { showWithNewParts, showWithParts } from './present/show.ts'
import { reply } from './replies/reply.ts'
import { Body, ReplyRequest } from './replies/schema.ts'
import { CONVERSATIONS_PAGE, searchConversations } from './search.ts'
import { findSender, OTHER_NAMES } from './sender.ts'
import { sendFromContact, UserMessage } from './start/from-contact.ts'
import { unsnooze } from './state/unsnooze.ts'

const CreateRequest = Type.Object({
  from: Type.Object({ type: Type.Enum(['lead', 'user', 'contact']), id: Type.Optional(Id), ...OTHER_NAMES }),
  body: Body,
  subject: Type.Optional(Type.String({ maxLength: 998 })),
  attachment_urls: ATTACHING.attachment_urls,
  created_at: Type.Optional(Epoch),
  brand_id: Type.Optional(Id),
})

const ListQuery = Type.Object({ ...PageQuery.properties, ...QualityQuery.properties })
const ShowQuery = Type.Object({
  ...DisplayQuery.properties,
  ...QualityQuery.properties,
  include_email_history: Type.Optional(
    Type.Boolean({ description: 'What mails quoted, passed on and were signed with.' }),
  ),
  include_translations: Type.Optional(
    Type.Boolean({ description: 'Nothing is translated here: `translations` of every part is null.' }),
  ),
})

const presentList = (page: Page, cut: Cut<ShownRow>, display: Display, quality: QualityQuery) => ({
  type: 'conversation.list' as const,
  pages: presentPages(page, cut),
  total_count: cut.total_count,
  conversations: cut.rows.map((row) => ({ ...presentConversation(row, display), ...presentQuality(quality) })),
})

function conversations(app: App, server: Server) {
  const display = (workspace: Workspace, display_as?: string) => displayOf(workspace, server, display_as)
  app.decorateRequest('kept_files')

  app.post(
    '/conversations',
    op('createConversation', {
      summary: 'Start a conversation as a contact',
      refuses: [404],
      scope: 'write_conversations',
      body: CreateRequest,
      response: UserMessage,
    }),
    async ({ workspace, body: { from, body, subject, attachment_urls, created_at } }) => {
      if (!body.trim()) throw invalid('Body is required')
      return sendFromContact(workspace, {
        contact: await findSender(workspace, from),
        body,
        subject,
        attachments: await attachmentsAt(workspace, server, attachment_urls),
        created_at: created_at === undefined ? undefined : fromEpoch(created_at),
      })
    },
  )

  app.get(
    '/conversations',
    op('listConversations', {
      summary: 'List conversations, last updated first',
      scope: 'read_conversations',
      query: ListQuery,
      response: ConversationList,
    }),
    async ({ workspace, query }) => {
      const page = pageOf(query, CONVERSATIONS_PAGE)
      const cut = await pageOfConversations(workspace, page, newest(workspace, 'updated_at'))
      return presentList(page, cut, display(workspace), query)
    },
  )

  app.get(
    '/conversations/:id',
    op('retrieveConversation', {
      summary: 'Show a conversation with its parts',
      scope: 'read_conversations',
      params: ById,
      query: ShowQuery,
      response: Conversation,
    }),
    async ({ workspace, params, query }) => {
      const shown = display(workspace, query.display_as)
      const wanted = withEmailHistory(shown, query.include_email_history)
      return { ...(await showWithParts(workspace, params.id, wanted)), ...presentQuality(query) }
    },
  )

  app.post(
    '/conversations/search',
    op('searchConversations', {
      summary: 'Search conversations',
      scope: 'read_conversations',
      runs: 'read',
      query: QualityQuery,
      body: SearchBody,
      response: ConversationList,
    }),
    async ({ workspace, query, body }) => {
      const { page, cut } = await searchConversations(workspace, body)
      return presentList(page, cut, display(workspace), query)
    },
  )

  app.put(
    '/conversations/:id',
    op('updateConversation', {
      summary: 'Update a conversation',
      scope: 'write_conversations',
      params: ById,
      query: DisplayQuery,
      body: UpdateRequest,
      response: Conversation,
    }),
    async ({ workspace, params, query, body }) => {
      const { conversation_id, part_ids } = await update(workspace, params.id, body)
      return showWithNewParts(workspace, conversation_id, part_ids, display(workspace, query.display_as))
    },
  )

  app.post(
    '/conversations/:id/reply',
    {
      ...op('replyConversation', {
        summary: 'Reply as an admin or a contact',
        scope: 'write_conversations',
        params: ById,
        body: ReplyRequest,
        response: Conversation,
      }),
      preHandler: keepAttached(server.files),
    },
    async ({ workspace, params, body, kept_files }) => {
      const attachments = await attach(workspace, server, body, kept_files)
      const { conversation_id, part_ids } = await reply(workspace, params.id, body, attachments)
      return showWithNewParts(workspace, conversation_id, part_ids, display(workspace))
    },
  )

  app.post(
    '/conversations/:id/parts',
    op('manageConversation', {
      summary: 'Close, open, snooze or assign a conversation',
      scope: 'write_conversations',
      params: ById,
      body: ManageRequest,
      response: Conversation,
    }),
    async ({ workspace, params, body }) => {
      const { conversation_id, part_ids } = await manage(workspace, params.id, body)
      return showWithNewParts(workspace, conversation_id, part_ids, display(workspace))
    },
  )
}

export default { group: 'Conversations', routes: conversations, jobs: [unsnooze] } satisfies Resource
