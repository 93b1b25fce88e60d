// Lists companies by pages, up to the number from which Intercom wants a scroll.
import type { Order, Page, PageResult } from '#db/page.ts'
import { badRequest } from '#http/errors.ts'
import { numberedPageOf, type PageRequest } from '#http/lists.ts'
import type { Wanted } from '#search/find.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type ListedCompanyRow, pageOfCompanies } from './queries.ts'

export const COMPANIES_PAGE = { default: 15, max: 150 }

const MAX_LISTED = 10_000

type Listed = { page: Page; result: PageResult<ListedCompanyRow> }

/** @throws a 400 for a page beyond the 10,000th company. */
export async function listCompanies(
  workspace: Workspace,
  asked: PageRequest & { page?: number },
  order: Order,
  wanted?: Wanted,
): Promise<Listed> {
  const page = numberedPageOf(asked, COMPANIES_PAGE)
  if ((page.number - 1) * page.per_page >= MAX_LISTED) {
    throw badRequest('bad_request', 'page limit reached, please use scroll API')
  }
  return { page, result: await pageOfCompanies(workspace, page, order, wanted) }
}
