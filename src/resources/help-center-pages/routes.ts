// The help center as pages, for readers without an account. They are no operations of the API.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { batchWriter } from '#db/batch-writer.ts'
import { TIME_LIMIT_MS } from '#http/op.ts'
import { within } from '#lib/time-limit.ts'
import type { Resource, Server } from '#server.ts'
import { atomically } from '#workspaces/workspace.ts'
import { redirect, SECURITY, sendPage } from './answer.ts'
import { type Center, canonicalOf, findCenter, pathOf } from './center.ts'
import { preferredLocale } from './languages.ts'
import { type Page, render } from './layout.ts'
import { articlePage, collectionPage, findPublic, homePage, missingPage, searchPage } from './pages.ts'
import { addViews, findReaction, REACTIONS, type Reaction, type View, writeReaction } from './queries.ts'
import { cookieOf, newReader, readerOf } from './reader.ts'
import { redirectFrom } from './redirects.ts'
import { STYLE } from './style.ts'

type Params = { identifier: string; locale: string; slug: string; '*': string }
type Asked = { request: FastifyRequest; reply: FastifyReply; params: Params }
type Reading = Asked & { center: Center }

const MAX_PHRASE = 500

function pages(app: FastifyInstance, server: Server) {
  const countView = batchWriter<View>(async (views) => {
    await addViews(server.sql, views)
  })

  /** Answers a GET with what `show` returns; without it, or a help center, with a redirect or a 404. */
  const page = (path: string, show: (reading: Reading) => Promise<string | undefined>) =>
    app.route({
      method: ['GET', 'HEAD'],
      url: path,
      handler: async (request, reply) => {
        const asked = { request, reply, params: request.params as Params }
        return within(TIME_LIMIT_MS, answer(asked, show))
      },
    })

  async function answer(asked: Asked, show: (reading: Reading) => Promise<string | undefined>): Promise<string> {
    const { request, reply, params } = asked
    const center = await findCenter(server, { identifier: params.identifier, host: request.host })
    if (!center) return sendPage(request, reply, missingAnywhere(params.identifier), 404)
    const is_known = params.locale === undefined || center.locales.includes(params.locale)
    const shown = is_known ? await show({ ...asked, center }) : undefined
    if (shown !== undefined) return shown
    const target = await redirectFrom(center, pathWithin(request, params.identifier))
    if (target) return redirect(reply, target, 301)
    const locale = is_known ? (params.locale ?? center.default_locale) : center.default_locale
    return sendPage(request, reply, rendered(center, locale, missingPage(locale, `${center.base}/${locale}`)), 404)
  }

  app.get('/hc/:identifier/style.css', async (_request, reply) => {
    reply.headers(SECURITY).type('text/css; charset=utf-8')
    reply.header('cache-control', 'public, max-age=31536000, immutable')
    return STYLE
  })

  page('/hc/:identifier', async ({ request, reply, center }) => {
    reply.header('vary', 'accept-language')
    const locale = preferredLocale(request.headers['accept-language'], center.locales)
    return redirect(reply, `${center.base}/${locale}`, 302)
  })

  page('/hc/:identifier/:locale', async ({ request, reply, center, params: { locale } }) => {
    const { q } = request.query as { q?: unknown }
    const phrase = typeof q === 'string' ? q.slice(0, MAX_PHRASE) : ''
    const shown = phrase.trim() ? await searchPage(center, locale, phrase) : await homePage(center, locale)
    return sendPage(request, reply, rendered(center, locale, shown))
  })

  page('/hc/:identifier/:locale/collections/:slug', async ({ request, reply, center, params: { locale, slug } }) => {
    const id = idIn(slug)
    const shown = id === undefined ? undefined : await collectionPage(center, locale, id)
    if (!id || !shown) return undefined
    const today = pathOf(center, { kind: 'collections', id, title: shown.title, locale })
    if (isOld(slug, today)) return redirect(reply, today, 301)
    return sendPage(request, reply, rendered(center, locale, shown))
  })

  page('/hc/:identifier/:locale/articles/:slug', async ({ request, reply, center, params: { locale, slug } }) => {
    const id = idIn(slug)
    const found = id === undefined ? undefined : await findPublic(center, locale, id)
    if (!found) return undefined
    const { article, content } = found
    const target = { kind: 'articles', id: article.id, title: content.title, locale } as const
    const reader_id = readerOf(request.headers.cookie)
    const reaction = reader_id && (await findReaction(center.workspace, article.id, reader_id))
    const shown = await articlePage(center, found, reaction || undefined)
    if (!shown) {
      const { help_center } = article
      return help_center.website_turned_on
        ? redirect(reply, canonicalOf({ ...center, ...help_center }, target), 301)
        : undefined
    }
    const today = pathOf(center, target)
    if (isOld(slug, today)) return redirect(reply, today, 301)
    if (request.method === 'GET')
      countView({ workspace_id: center.workspace.id, article_id: article.id }).catch((error) =>
        request.log.warn({ err: error }, 'A view was not counted'),
      )
    return sendPage(request, reply, rendered(center, locale, shown))
  })

  page('/hc/:identifier/*', async () => undefined)

  app.post('/hc/:identifier/:locale/articles/:slug/reaction', async (request, reply) => {
    const params = request.params as Params
    return within(TIME_LIMIT_MS, answer({ request, reply, params }, react))
  })

  async function react({ request, reply, center, params }: Reading): Promise<string | undefined> {
    const { reaction } = (request.body ?? {}) as { reaction?: Reaction }
    const id = idIn(params.slug)
    const found = id && REACTIONS.includes(reaction as Reaction) && (await findPublic(center, params.locale, id))
    if (!found) return undefined
    await server.countSession(`reaction ${request.ip}`, reply)
    const { article, content } = found
    const reader_id = readerOf(request.headers.cookie) ?? newReader()
    await atomically(center.workspace, (workspace) =>
      writeReaction(workspace, { article_id: article.id, reader_id, reaction: reaction as Reaction }),
    )
    reply.header('set-cookie', cookieOf(reader_id, { base: center.base, is_secure: request.protocol === 'https' }))
    const target = { kind: 'articles', id: article.id, title: content.title, locale: params.locale } as const
    return redirect(reply, `${pathOf(center, target)}#reaction`, 303)
  }
}

const rendered = (center: Center, locale: string, page: Page): string =>
  render({ base: center.base, center_name: center.display_name, locale }, page)

/** There is no help center, or it is off: the page says no more than that. */
const missingAnywhere = (identifier: string): string =>
  render({ base: `/hc/${encodeURIComponent(identifier)}`, center_name: 'Help', locale: 'en' }, missingPage('en'))

const idIn = (slug: string): string | undefined => /^(\d{1,18})(?:-|$)/.exec(slug)?.[1]

const isOld = (slug: string, today: string): boolean =>
  encodeURIComponent(slug) !== today.slice(today.lastIndexOf('/') + 1)

/** Returns path and query of a request as redirects store them: without the help center, and a slash at the end. */
const pathWithin = ({ url }: FastifyRequest, identifier: string): string => {
  const { pathname, search } = new URL(url, 'http://localhost')
  return `${pathname.slice(`/hc/${identifier}`.length).replace(/\/+$/, '')}${search}`
}

export default {
  group: 'Help Center Pages',
  routes: (app, server) => pages(app as unknown as FastifyInstance, server),
} satisfies Resource
