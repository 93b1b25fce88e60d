// Authenticates operations with `auth: 'contact'`: by a messenger session as Bearer token, or in the URL if the
// operation accepts it there.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Server } from '#server.ts'
import { recognize, type Visitor } from './recognize.ts'

declare module 'fastify' {
  interface FastifyRequest {
    visitor: Visitor
  }
}

export const contactAuthentication =
  ({ sql, secret, countRequest }: Pick<Server, 'sql' | 'secret' | 'countRequest'>) =>
  async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const visitor = await recognize(sql, secret, bearer(request.headers.authorization) ?? sessionInUrl(request))
    const { workspace_id, contact_id, visitor_id } = visitor.session
    await countRequest(`${workspace_id} ${contact_id ?? visitor_id}`, reply)
    request.visitor = visitor
    request.workspace = visitor.workspace
    request.caller = contact_id ?? visitor_id ?? ''
  }

const bearer = (header: string | undefined): string | undefined => /^bearer\s+(\S+)\s*$/i.exec(header ?? '')?.[1]

/** For EventSource, which cannot send headers. */
function sessionInUrl({ query, routeOptions }: FastifyRequest): string | undefined {
  const { properties } = (routeOptions.schema?.querystring ?? {}) as { properties?: object }
  const { session } = query as { session?: unknown }
  return properties && 'session' in properties && typeof session === 'string' ? session : undefined
}
