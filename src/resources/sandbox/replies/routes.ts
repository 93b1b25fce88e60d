// Replies: a test writes as a contact, on any channel, without a phone, a mailbox or a provider.

import { type App, FILES_LIMIT, op } from '#http/op.ts'
import { attach, writeAttachedFiles } from '#resources/attachments/attach.ts'
import type { Resource, Server } from '#server.ts'
import { Written, WrittenRequest } from './schema.ts'
import { write } from './write.ts'

const EMPTY = { type: 'reply' as const, conversation_id: null, part_ids: [], keyword: null, answer: null }

function replies(app: App, server: Server) {
  app.decorateRequest('written_files')
  app.post(
    '/extensions/sandbox/replies',
    {
      ...op('writeReply', {
        body_limit: FILES_LIMIT,
        refuses: [404],
        body: WrittenRequest,
        response: Written,
        summary: 'Write as a contact, as if the provider of a channel had delivered it',
      }),
      preHandler: writeAttachedFiles(server.files),
    },
    async ({ workspace, body, written_files }) => {
      const attachments = await attach(workspace, server, body, written_files)
      return { ...EMPTY, ...(await write(workspace, body, attachments)) }
    },
  )
}

export default { group: 'Extensions: sandbox', routes: replies } satisfies Resource
