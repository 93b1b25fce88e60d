// Conversations: started by contacts or from messages, replied to, and managed.

import { newest } from '#db/page.ts'
import { assertBody } from '#http/errors.ts'
import { pageOf } from '#http/lists.ts'
import { type App, FILES_LIMIT, op } from '#http/op.ts'
import { ById, fromEpoch } from '#http/types.ts'
import { attach, attachmentsAt, writeAttachedFiles } from '#resources/attachments/attach.ts'
import { attachingFiles, writeAttributeFiles } from '#resources/attachments/attribute-files.ts'
import { claimPictures, readBody, type WrittenBody } from '#resources/attachments/written-body.ts'
import { senderOf } from '#resources/visitors/sender.ts'
import { SearchBody } from '#search/query.ts'
import type { Resource, Server } from '#server.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { manage } from './actions/manage.ts'
import { update } from './actions/update.ts'
import { assignWaitingJob } from './assignment/assign-waiting.ts'
import { DisplayQuery, displayOf, withEmailHistory } from './display.ts'
import { pageOfConversations } from './list-queries.ts'
import { reply } from './replies/reply.ts'
import { MAX_BODY, ReplyRequest } from './replies/schema.ts'
import { CreateRequest, ListQuery, ManageRequest, QualityQuery, ShowQuery, UpdateRequest } from './requests.ts'
import { Conversation, ConversationList, presentConversations, presentQuality, UserMessage } from './schema.ts'
import { CONVERSATIONS_PAGE, searchConversations } from './search.ts'
import { showLoaded, showWithNewParts, showWithParts } from './show.ts'
import { sendFromContact } from './start/from-contact.ts'
import { unsnooze } from './state/unsnooze.ts'
import { conversationEvents } from './topics.ts'

const isFromAdmin = ({ type }: ReplyRequest) => type === 'admin'

function conversations(app: App, server: Server) {
  const display = (workspace: Workspace, display_as?: string) => displayOf(workspace, server, display_as)
  app.decorateRequest('written_files')
  app.decorateRequest('written_body')
  const claimed = async (workspace: Workspace, written: WrittenBody) => {
    const fill = await claimPictures(workspace, server, written.pictures)
    return { ...written, html: fill(written.html) }
  }

  app.post(
    '/conversations',
    op('createConversation', {
      summary: 'Start a conversation as a contact',
      sdk: (client) =>
        client.conversations.create({ from: { type: 'user', id: '6b078829306d5537cf33eba8' }, body: 'Hello' }),
      refuses: [404],
      scope: 'write_conversations',
      body: CreateRequest,
      response: UserMessage,
    }),
    async ({ workspace, body: { from, body, subject, attachment_urls, created_at } }) => {
      assertBody(body)
      return sendFromContact(workspace, {
        contact: await senderOf(workspace, from),
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
      sdk: (client) => client.conversations.list({ per_page: 20 }),
      scope: 'read_conversations',
      query: ListQuery,
      response: ConversationList,
    }),
    async ({ workspace, query }) => {
      const page = pageOf(query, CONVERSATIONS_PAGE)
      const result = await pageOfConversations(workspace, page, newest(workspace, 'updated_at'))
      return presentConversations(page, result, display(workspace), query)
    },
  )

  app.get(
    '/conversations/:id',
    op('retrieveConversation', {
      summary: 'Show a conversation with its parts',
      sdk: (client) => client.conversations.find({ conversation_id: '1', display_as: 'plaintext' }),
      scope: 'read_conversations',
      params: ById,
      query: ShowQuery,
      response: Conversation,
    }),
    async ({ workspace, params, query }) => {
      const shown = display(workspace, query.display_as)
      const full = withEmailHistory(shown, query.include_email_history)
      return { ...(await showWithParts(workspace, params.id, full)), ...presentQuality(query) }
    },
  )

  app.post(
    '/conversations/search',
    op('searchConversations', {
      summary: 'Search conversations',
      sdk: (client) => client.conversations.search({ query: { field: 'state', operator: '=', value: 'open' } }),
      scope: 'read_conversations',
      runs: 'read',
      query: QualityQuery,
      body: SearchBody,
      response: ConversationList,
    }),
    async ({ workspace, query, body }) => {
      const { page, result } = await searchConversations(workspace, body)
      return presentConversations(page, result, display(workspace), query)
    },
  )

  app.put(
    '/conversations/:id',
    {
      ...op('updateConversation', {
        body_limit: FILES_LIMIT,
        summary: 'Update a conversation',
        sdk: (client) => client.conversations.update({ conversation_id: '1', read: true }),
        scope: 'write_conversations',
        refuses: [422],
        params: ById,
        query: DisplayQuery,
        body: UpdateRequest,
        response: Conversation,
      }),
      preHandler: writeAttributeFiles(server.files, 'custom_attributes'),
    },
    async ({ workspace, params, query, body, written_files }) => {
      const attachFiles = attachingFiles(workspace, server, body, 'custom_attributes', written_files)
      const { conversation_id, part_ids } = await update(workspace, params.id, body, attachFiles)
      return showWithNewParts(workspace, conversation_id, part_ids, display(workspace, query.display_as))
    },
  )

  app.post(
    '/conversations/:id/reply',
    {
      ...op('replyConversation', {
        body_limit: FILES_LIMIT,
        summary: 'Reply as an admin or a contact',
        sdk: (client) =>
          client.conversations.reply({
            conversation_id: '1',
            body: { message_type: 'comment', type: 'admin', admin_id: '814860', body: 'Thank you' },
          }),
        scope: 'write_conversations',
        params: ById,
        body: ReplyRequest,
        response: Conversation,
      }),
      preHandler: [
        readBody({ files: server.files, max_length: MAX_BODY, with_text: true, isHtml: isFromAdmin }),
        writeAttachedFiles(server.files),
      ],
    },
    async ({ workspace, params, body, written_body, written_files }) => {
      const attachments = await attach(workspace, server, body, written_files)
      const { conversation_id, part_ids, loaded } = await reply(
        workspace,
        params.id,
        body,
        await claimed(workspace, written_body),
        attachments,
      )
      if (loaded) return showLoaded(workspace, loaded, display(workspace))
      return showWithNewParts(workspace, conversation_id, part_ids, display(workspace))
    },
  )

  app.post(
    '/conversations/:id/parts',
    {
      ...op('manageConversation', {
        body_limit: FILES_LIMIT,
        summary: 'Close, open, snooze or assign a conversation',
        sdk: (client) =>
          client.conversations.manage({
            conversation_id: '1',
            body: { message_type: 'close', type: 'admin', admin_id: '814860' },
          }),
        scope: 'write_conversations',
        params: ById,
        body: ManageRequest,
        response: Conversation,
      }),
      preHandler: readBody({ files: server.files, max_length: MAX_BODY }),
    },
    async ({ workspace, params, body, written_body }) => {
      const { html } = await claimed(workspace, written_body)
      const { conversation_id, part_ids } = await manage(workspace, params.id, body, html)
      return showWithNewParts(workspace, conversation_id, part_ids, display(workspace))
    },
  )
}

export default {
  group: 'Conversations',
  routes: conversations,
  events: conversationEvents,
  jobs: [unsnooze, assignWaitingJob],
  kept_tables: ['conversation_values', 'conversation_texts', 'ticket_values', 'ticket_texts'],
} satisfies Resource
