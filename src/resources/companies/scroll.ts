// Scrolls over all companies: one scroll at a time for each workspace, which ends after a minute without a request.
import { randomUUID } from 'node:crypto'
import type { Static } from 'typebox'
import { badRequest, found } from '#http/errors.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type CompanyScroll, presentCompany } from './schema.ts'
import { closeScroll, companiesOfScroll, lockScroll, moveScroll, openScroll } from './scroll-queries.ts'
import { withSegments } from './show.ts'

const PAGE = 100
const MAX_IDLE_MS = 60_000

/**
 * Returns the next companies; without `scroll_param` the first ones. After the last company, `data` is empty and
 * `scroll_param` is null. @throws a 400 if another scroll is open, a 404 if this one is not.
 */
export async function scroll(workspace: Workspace, scroll_param?: string): Promise<Static<typeof CompanyScroll>> {
  const idle_since = new Date(workspace.now().getTime() - MAX_IDLE_MS)
  const open = scroll_param
    ? found(await lockScroll(workspace, scroll_param, idle_since), 'scroll parameter not found')
    : await openScroll(workspace, randomUUID(), idle_since)
  if (!open) throw badRequest('scroll_exists', 'scroll already exists for this workspace')
  const companies = await companiesOfScroll(workspace, open, PAGE)
  const last = companies.at(-1)
  if (last) await moveScroll(workspace, open, last.id)
  else await closeScroll(workspace, open)
  return {
    type: 'list',
    data: (await withSegments(workspace, companies)).map(presentCompany),
    pages: null,
    total_count: null,
    scroll_param: last ? open.scroll_param : null,
  }
}
