// Calls the API of this process as a workspace, without a network.
import type { App } from '#http/op.ts'
import type { Body } from './nouns.ts'

export type Answer = { status: number; body: Body }

/** `await call('POST /tags', { name: 'VIP' }, 'a key')`. The third argument is the Idempotency-Key. */
export type Call = (route: string, body?: Body, idempotency_key?: string) => Promise<Answer>

export const callsOf =
  (app: App, token: string): Call =>
  async (route, body, idempotency_key) => {
    const [method = '', url = ''] = route.split(' ')
    const answer = await app.inject({
      method: method as 'GET',
      url,
      headers: {
        authorization: `Bearer ${token}`,
        ...(idempotency_key && { 'idempotency-key': idempotency_key }),
      },
      ...(body && { payload: body }),
    })
    return { status: answer.statusCode, body: answer.body ? answer.json<Body>() : {} }
  }

/** Fills in the parameters of a path from `id` and the body; returns the body without them. */
export function fillIn(route: string, id: string | undefined, body: Body): { route: string; body: Body } {
  const rest = { ...body }
  const filled = route.replace(/:(\w+)/g, (_, name: string) => {
    const value = name === 'id' && id !== undefined ? id : rest[name]
    if (name !== 'id') delete rest[name]
    return encodeURIComponent(String(value))
  })
  return { route: filled, body: rest }
}

/** Returns the API's own message. */
export const messageOf = ({ status, body }: Answer): string =>
  body['errors']?.map(({ message }: Body) => message).join('; ') ??
  body['error'] ??
  body['message'] ??
  `status ${status}`

/** Returns everything of a list, all pages. @throws Error with the API's message */
export async function listAll(call: Call, { route, member, body }: { route: string; member: string; body?: Body }) {
  const found: Body[] = []
  let after: string | undefined
  let page = 1
  for (;;) {
    const path = [
      ...(after === undefined ? [] : [`starting_after=${encodeURIComponent(after)}`]),
      ...(page > 1 && after === undefined ? [`page=${page}`] : []),
    ].join('&')
    const paged = path && route.startsWith('GET ') ? `${route}${route.includes('?') ? '&' : '?'}${path}` : route
    const cursor = { pagination: { per_page: 150, ...(after !== undefined && { starting_after: after }) } }
    const answer = await call(
      paged,
      route.startsWith('GET ') ? undefined : { ...body, ...(body?.['query'] ? cursor : { page, per_page: 60 }) },
    )
    if (answer.status !== 200) throw new Error(`${route}: ${messageOf(answer)}`)
    found.push(...answer.body[member])
    const { pages = {}, total_pages = pages.total_pages ?? 1 } = answer.body
    const next = typeof pages.next === 'object' ? pages.next?.starting_after : undefined
    if (next) after = next
    else if (after === undefined && page < total_pages) page++
    else return found
  }
}
