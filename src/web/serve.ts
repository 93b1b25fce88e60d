// Serves the app: its page at every address that the app answers, and its files.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { etagOf, matches } from '#http/etag.ts'
import type { Asset, Built } from '../../web/build.ts'
import { webAssets } from './assets.ts'
import { appPage, failedPage, SECURITY } from './page.ts'

const PAGES = ['/console', '/console/*', '/settings', '/settings/*', '/sign-in']
const TYPES: Record<string, string> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
}

export function serveWeb(app: FastifyInstance): void {
  // The browser keeps the fragment, which may have the secret of a sign-in link.
  app.get('/', async (request, reply) => {
    if (!String(request.headers.accept).includes('text/html')) return reply.callNotFound()
    return reply.redirect('/console', 302)
  })

  for (const url of PAGES)
    app.route({
      method: ['GET', 'HEAD'],
      url,
      handler: async (request, reply) => {
        reply.headers(SECURITY).type('text/html; charset=utf-8')
        const built = await webAssets().catch((error: Error) => error)
        if (built instanceof Error) {
          request.log.error({ err: built }, 'The pages of the Console could not be built')
          return reply.code(500).send(failedPage(built.message.split('\n')[0] ?? ''))
        }
        return sendPage(request, reply, appPage(built))
      },
    })

  app.route({
    method: ['GET', 'HEAD'],
    url: '/assets/:name',
    handler: async (request, reply) => {
      const asset = find(await webAssets(), (request.params as { name: string }).name)
      if (!asset) return reply.callNotFound()
      reply.header('cache-control', 'public, max-age=31536000, immutable')
      reply.header('x-content-type-options', 'nosniff')
      return sendAsset(request, reply, asset)
    },
  })
}

function sendPage(request: FastifyRequest, reply: FastifyReply, page: string) {
  const etag = etagOf(page)
  reply.headers({ etag, 'cache-control': 'no-cache' })
  return matches(request.headers['if-none-match'], etag) ? reply.code(304).send() : reply.send(page)
}

const find = ({ assets }: Built, name: string): Asset | undefined => assets.find((asset) => asset.name === name)

function sendAsset({ headers }: FastifyRequest, reply: FastifyReply, { name, bytes, br, gz }: Asset) {
  const accepted = String(headers['accept-encoding'])
  reply.header('vary', 'accept-encoding').type(TYPES[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream')
  if (br && /\bbr\b/.test(accepted)) return reply.header('content-encoding', 'br').send(br)
  if (gz && /\bgzip\b/.test(accepted)) return reply.header('content-encoding', 'gzip').send(gz)
  return reply.send(bytes)
}
