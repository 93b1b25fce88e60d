// Creates and changes banners.
import { conflict, found, invalid } from '#http/errors.ts'
import { toHtml } from '#lib/html.ts'
import { findTag } from '#resources/tags/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import {
  type BannerRow,
  countBannersLocked,
  insertBanner,
  lockBanner,
  type NewBanner,
  updateBanner,
} from './queries.ts'
import type { BannerRequest, NewBannerRequest } from './schema.ts'

/** A contact reads all banners that it matches at once. */
const MAX_BANNERS = 100

const DEFAULTS: Omit<NewBanner, 'body'> = {
  ...{ title: null, style: 'inline', position: 'top', show_dismiss_button: true, action: null, state: 'live' },
  ...{ audience_role: null, audience_tag_id: null },
}

export async function createBanner(workspace: Workspace, request: NewBannerRequest): Promise<BannerRow> {
  if ((await countBannersLocked(workspace)) >= MAX_BANNERS)
    throw conflict(`There are ${MAX_BANNERS} banners already: delete one first`)
  return insertBanner(workspace, await changed(workspace, { ...DEFAULTS, body: '' }, request))
}

export async function changeBanner(workspace: Workspace, id: string, request: BannerRequest): Promise<BannerRow> {
  const banner = found(await lockBanner(workspace, id))
  return updateBanner(workspace, banner.id, await changed(workspace, banner, request))
}

async function changed(workspace: Workspace, banner: NewBanner, { audience, body, ...looks }: BannerRequest) {
  const html = body === undefined ? banner.body : toHtml(body)
  if (!html) throw invalid('body has nothing that can be shown')
  const role = audience?.role === undefined ? banner.audience_role : audience.role
  const tag_id = audience?.tag_id === undefined ? banner.audience_tag_id : audience.tag_id
  if (tag_id !== null && !(await findTag(workspace, tag_id))) throw invalid('audience.tag_id is not a tag')
  return { ...banner, ...looks, body: html, audience_role: role, audience_tag_id: tag_id }
}
