// News in a messenger: a contact or a visitor reads them, a contact reacts.
import { forbidden, found, invalid } from '#http/errors.ts'
import { PageQuery, pageOf } from '#http/lists.ts'
import { type App, op } from '#http/op.ts'
import { ById } from '#http/types.ts'
import {
  countUnreadNews,
  findNewsFor,
  markAllSeen,
  pageOfNews,
  type Reader,
  saveReaction,
} from '#resources/news/reader-queries.ts'
import type { Resource } from '#server.ts'
import type { Visitor } from '../sessions/recognize.ts'
import { MessengerNews, presentNews, ReactionAnswer, ReactionRequest, ReadNews } from './schema.ts'

const PAGE_SIZE = { default: 20, max: 60 }

function news(app: App) {
  app.get(
    '/extensions/messenger/news',
    op('listMessengerNews', {
      summary: 'List the news for the contact, last published first',
      refuses: [403],
      auth: 'contact',
      query: PageQuery,
      response: MessengerNews,
    }),
    async ({ workspace, visitor, query }) => {
      const reader = readerOf(visitor)
      const page = pageOf(query, PAGE_SIZE)
      const result = await pageOfNews(workspace, reader, page)
      return presentNews(page, result, await countUnreadNews(workspace, reader))
    },
  )

  app.post(
    '/extensions/messenger/news/read',
    op('readMessengerNews', {
      summary: 'Mark all news as read',
      refuses: [403],
      auth: 'contact',
      response: ReadNews,
    }),
    async ({ workspace, visitor }) => {
      const reader = contactOf(visitor)
      await markAllSeen(workspace, reader)
      return { type: 'news' as const, unread_count: await countUnreadNews(workspace, reader) }
    },
  )

  app.post(
    '/extensions/messenger/news/:id/reaction',
    op('reactToMessengerNews', {
      summary: 'React to a news item, or remove the reaction',
      refuses: [403],
      auth: 'contact',
      params: ById,
      body: ReactionRequest,
      response: ReactionAnswer,
    }),
    async ({ workspace, visitor, params, body: { reaction } }) => {
      const reader = contactOf(visitor)
      const { id, reactions } = found(await findNewsFor(workspace, reader, params.id))
      const possible = reactions.filter((one) => one !== null)
      if (reaction !== null && !possible.includes(reaction))
        throw invalid(
          possible.length ? `reaction must be one of ${possible.join(', ')}` : 'The news item takes no reactions',
        )
      await saveReaction(workspace, id, reader.contact_id, reaction)
      return { type: 'news-item' as const, id, reaction }
    },
  )
}

const readerOf = ({ contact }: Visitor): Reader =>
  contact ? { contact_id: contact.id, role: contact.role } : { contact_id: null, role: 'visitor' }

/** @throws a 403 for a visitor who is not a contact yet. */
function contactOf({ contact }: Visitor): Reader & { contact_id: string } {
  if (!contact) throw forbidden('A visitor has to write first')
  return { contact_id: contact.id, role: contact.role }
}

export default { group: 'Extensions: messenger', routes: news } satisfies Resource
