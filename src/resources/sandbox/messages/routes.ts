// Captured messages: listed, searched, and shown as they would have gone out.
import { Type } from 'typebox'
import { pageResult } from '#db/page.ts'
import { pageOf, presentPage } from '#http/lists.ts'
import { type App, op } from '#http/op.ts'
import { ById } from '#http/types.ts'
import { escapeHtml } from '#lib/html.ts'
import { findRequestThatMade } from '#resources/requests/queries.ts'
import type { Resource, Server } from '#server.ts'
import { framed, frameHeaders } from './frame.ts'
import { countCaptured, listCaptured } from './queries.ts'
import { CapturedPage, CapturedQuery, ImagesQuery, presentCaptured, WholeCapturedMessage } from './schema.ts'
import { rawOf, showCaptured, theCaptured } from './show.ts'

const PAGE_SIZE = { default: 50, max: 150 }

function messages(app: App, { public_url }: Server) {
  app.get(
    '/extensions/sandbox/messages',
    op('listCapturedMessages', {
      scope: 'read_conversations',
      query: CapturedQuery,
      response: CapturedPage,
      summary: 'List captured messages, newest first',
    }),
    async ({ workspace, query: { channel, to: recipient, delivery_id, status, q, ...paging } }) => {
      const page = pageOf(paging, PAGE_SIZE)
      const filter = { channel, recipient, delivery_id, status, q }
      const rows = await listCaptured(workspace, filter, page)
      const result = await pageResult(rows, page, () => countCaptured(workspace, filter))
      return presentPage(page, result, presentCaptured)
    },
  )

  app.get(
    '/extensions/sandbox/messages/:id',
    op('getCapturedMessage', {
      scope: 'read_conversations',
      params: ById,
      response: WholeCapturedMessage,
      summary: 'Show a captured message with all that would have gone out',
    }),
    async ({ workspace, params }) => {
      const row = await theCaptured(workspace, params.id)
      const made = row.part_id
        ? { type: 'conversation_part', id: row.part_id }
        : { type: 'message', id: row.message_id }
      return showCaptured(row, await findRequestThatMade(workspace, made))
    },
  )

  app.get(
    '/extensions/sandbox/messages/:id/html',
    op('showCapturedHtml', {
      scope: 'read_conversations',
      params: ById,
      query: ImagesQuery,
      response: Type.String({ contentMediaType: 'text/html', description: 'For a sandboxed frame.' }),
      summary: 'Show the HTML of a captured message; of one without HTML, its text',
    }),
    async ({ workspace, params, query }, reply) => {
      const { rendered } = await theCaptured(workspace, params.id)
      reply.headers(frameHeaders(query.images ?? false))
      const { html, text } = rendered
      return framed(typeof html === 'string' ? html : `<pre>${escapeHtml(String(text ?? ''))}</pre>`, public_url)
    },
  )

  app.get(
    '/extensions/sandbox/messages/:id/raw',
    op('showCapturedRaw', {
      scope: 'read_conversations',
      params: ById,
      response: Type.String({ contentMediaType: 'text/plain', description: 'A mail in the format of RFC 5322.' }),
      summary: 'Show the bytes that would have gone out',
    }),
    async ({ workspace, params }, reply) => {
      const raw = await rawOf(await theCaptured(workspace, params.id))
      reply.headers({
        'content-type': 'text/plain; charset=utf-8',
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
      })
      return raw as unknown as string
    },
  )
}

export default { group: 'Extensions: sandbox', routes: messages } satisfies Resource
