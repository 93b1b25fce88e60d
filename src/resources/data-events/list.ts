// A page of a contact's events. Its links are URLs, as at Intercom.
import { type Page, type PageResult, pageResult } from '#db/page.ts'
import { type PageRequest, pageOf, presentPages } from '#http/lists.ts'
import type { ContactRow } from '#resources/contacts/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { LISTED_DAYS, listEvents } from './queries.ts'
import { presentEvent } from './schema.ts'

const PAGE = { default: 15, max: 150 }
const DAY_MS = 24 * 60 * 60 * 1000

/** Milliseconds: `since` is included, `before` is not. */
export type ListRequest = PageRequest & { since?: number; before?: number }

export async function pageOfEvents(
  workspace: Workspace,
  contact: ContactRow,
  request: ListRequest,
  public_url: string,
) {
  const page = pageOf(request, PAGE)
  const oldest = workspace.now().getTime() - LISTED_DAYS * DAY_MS
  const since = new Date(Math.max(request.since ?? 0, oldest))
  const before = request.before === undefined ? undefined : new Date(request.before)
  const rows = await listEvents(workspace, contact.id, { since, before }, page)
  const { rows: shown, next } = await pageResult(rows, page, async () => 0)
  return {
    type: 'event.list' as const,
    events: shown.map((event) => presentEvent(event, contact)),
    pages: pagesOf(page, next, urlOf(public_url, request, contact), shown[0]?.created_at),
  }
}

type UrlWith = (more: Record<string, string>) => string

/** Returns a function that makes the URL of a list of the same contact, with the same page size. */
const urlOf =
  (public_url: string, { per_page, since }: ListRequest, { id }: ContactRow): UrlWith =>
  (more) => {
    const same = { ...(per_page && { per_page: String(per_page) }), ...(since && { since: String(since) }) }
    return `${public_url}/events?${new URLSearchParams({ intercom_user_id: id, type: 'user', ...same, ...more })}`
  }

/** `since` is the URL of what happens after these events. */
function pagesOf(page: Page, next: PageResult<unknown>['next'], url: UrlWith, newest: Date | undefined) {
  const cursor = presentPages(page, { rows: [], next, total_count: 0 }).next?.starting_after
  return {
    next: cursor ? url({ starting_after: cursor }) : null,
    ...(newest && { since: url({ since: String(newest.getTime() + 1) }) }),
  }
}
