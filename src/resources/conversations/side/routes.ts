// Side conversations: listed as in Intercom's API, begun and answered as in Intercom's inbox.
import { found } from '#http/errors.ts'
import { numberedPageOf } from '#http/lists.ts'
import { type App, FILES_LIMIT, op } from '#http/op.ts'
import { ById } from '#http/types.ts'
import { attach, writeAttachedFiles } from '#resources/attachments/attach.ts'
import { claimPictures, readBody, type WrittenBody } from '#resources/attachments/written-body.ts'
import type { Resource, Server } from '#server.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { displayOf } from '../display.ts'
import { listParts } from '../parts/queries.ts'
import { findConversation } from '../queries.ts'
import { MAX_BODY } from '../replies/schema.ts'
import { findSide, pageOfSides, type SideRow } from './queries.ts'
import {
  ByConversationAndSide,
  presentSide,
  presentSides,
  SideConversation,
  SideConversationList,
  SideQuery,
  SideReplyRequest,
  SideRequest,
} from './schema.ts'
import { beginSide, replyInSide } from './write.ts'

const PAGE = { default: 25, max: 50 }

function sideConversations(app: App, server: Server) {
  app.decorateRequest('written_files')
  app.decorateRequest('written_body')
  const claimed = async (workspace: Workspace, written: WrittenBody): Promise<WrittenBody> => {
    const fill = await claimPictures(workspace, server, written.pictures)
    return { ...written, html: fill(written.html) }
  }
  const withParts = async (workspace: Workspace, side: SideRow) => ({
    side,
    parts: await listParts(workspace, side.id),
  })
  const show = async (workspace: Workspace, conversation_id: string, id: string) => {
    const side = found(await findSide(workspace, conversation_id, id))
    return presentSide(await withParts(workspace, side), displayOf(workspace, server))
  }

  app.get(
    '/conversations/:id/side_conversations',
    op('listSideConversations', {
      summary: 'List the side conversations of a conversation, with their parts',
      since: '2.16',
      scope: 'read_conversations',
      params: ById,
      query: SideQuery,
      response: SideConversationList,
    }),
    async ({ workspace, params, query }) => {
      const { id } = found(await findConversation(workspace, params.id))
      const page = numberedPageOf(query, PAGE)
      const { rows, total_count } = await pageOfSides(workspace, id, page)
      const shown = await Promise.all(rows.map((side) => withParts(workspace, side)))
      return presentSides(page, total_count, shown, displayOf(workspace, server))
    },
  )

  app.post(
    '/extensions/conversations/:id/side_conversations',
    {
      ...op('createSideConversation', {
        summary: 'Begin a side conversation by email',
        body_limit: FILES_LIMIT,
        params: ById,
        body: SideRequest,
        response: SideConversation,
      }),
      preHandler: readBody({ files: server.files, max_length: MAX_BODY, with_text: true }),
    },
    async ({ workspace, params, body, written_body }) => {
      const id = await beginSide(workspace, params.id, body, await claimed(workspace, written_body))
      return show(workspace, params.id, id)
    },
  )

  app.post(
    '/extensions/conversations/:conversation_id/side_conversations/:id/replies',
    {
      ...op('replySideConversation', {
        summary: 'Reply in a side conversation',
        body_limit: FILES_LIMIT,
        params: ByConversationAndSide,
        body: SideReplyRequest,
        response: SideConversation,
      }),
      preHandler: [
        readBody({ files: server.files, max_length: MAX_BODY, with_text: true }),
        writeAttachedFiles(server.files),
      ],
    },
    async ({ workspace, params, body, written_body, written_files }) => {
      const attachments = await attach(workspace, server, body, written_files)
      const written = await claimed(workspace, written_body)
      const id = await replyInSide(workspace, params, body, written, attachments)
      return show(workspace, params.conversation_id, id)
    },
  )
}

export default { group: 'Conversations', routes: sideConversations } satisfies Resource
