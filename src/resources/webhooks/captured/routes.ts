// Captured webhooks: lists what a receiver would have got, and waits for it, so that a test needs neither receiver nor sleep.
import { setTimeout as sleep } from 'node:timers/promises'
import { pageResult } from '#db/page.ts'
import { pageOf, presentPage } from '#http/lists.ts'
import { type App, op } from '#http/op.ts'
import type { Resource, Server } from '#server.ts'
import { countCaptured, listCaptured } from './queries.ts'
import { CapturedPage, CapturedQuery, presentCaptured } from './schema.ts'

const PAGE_SIZE = { default: 50, max: 150 }
const LOOK_EVERY_MS = 50

function capturedWebhooks(app: App, { secret }: Server) {
  let stopping = false
  app.addHook('preClose', async () => {
    stopping = true
  })

  /** Ends at the latest after `wait_ms`, or when the caller is gone or the server stops. */
  async function waitFor(enough: () => Promise<boolean>, wait_ms: number, isGone: () => boolean): Promise<void> {
    const until = performance.now() + wait_ms
    while (performance.now() < until && !stopping && !isGone() && !(await enough())) await sleep(LOOK_EVERY_MS)
  }

  app.get(
    '/extensions/sandbox/webhooks',
    op('listCapturedWebhooks', {
      summary: 'List captured webhooks, newest first; wait for them if asked to',
      query: CapturedQuery,
      response: CapturedPage,
    }),
    async ({ workspace, query }, reply) => {
      const { wait_ms = 0, at_least = 1, per_page, starting_after, ...filter } = query
      const enough = async () => (await countCaptured(workspace, filter, at_least)) >= at_least
      await waitFor(enough, wait_ms, () => reply.raw.destroyed)
      const page = pageOf({ ...(per_page && { per_page }), ...(starting_after && { starting_after }) }, PAGE_SIZE)
      const rows = await listCaptured(workspace, filter, page)
      const result = await pageResult(rows, page, () => countCaptured(workspace, filter))
      return presentPage(page, result, presentCaptured(secret))
    },
  )
}

export default { group: 'Extensions: sandbox', routes: capturedWebhooks } satisfies Resource
