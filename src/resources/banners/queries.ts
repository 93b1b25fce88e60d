// The SQL of banners, and of what each contact has seen of them.
import { one, rowId } from '#db/sql.ts'
import { tagIdsOf } from '#resources/tags/fragments.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export type BannerRow = {
  id: string
  title: string | null
  body: string
  style: 'inline' | 'floating'
  position: 'top' | 'bottom'
  show_dismiss_button: boolean
  action: Record<string, unknown> | null
  state: 'live' | 'draft'
  audience_role: 'user' | 'lead' | null
  audience_tag_id: string | null
  created_at: Date
}

/** How often a banner was shown, and to how many contacts. */
export type BannerCounts = { impressions: number; contacts: number; dismissals: number }

const columns = ({ sql }: Workspace) =>
  sql`id, title, body, style, position, show_dismiss_button, action, state, audience_role, audience_tag_id, created_at`

export type NewBanner = Omit<BannerRow, 'id' | 'created_at'>

export const insertBanner = (workspace: Workspace, banner: NewBanner) =>
  one(workspace.sql<BannerRow[]>`
    insert into banners (workspace_id, title, body, style, position, show_dismiss_button, action, state, audience_role,
      audience_tag_id, created_at)
    values (${workspace.id}, ${banner.title}, ${banner.body}, ${banner.style}, ${banner.position},
      ${banner.show_dismiss_button}, ${banner.action && JSON.stringify(banner.action)}::text::jsonb, ${banner.state},
      ${banner.audience_role}, ${banner.audience_tag_id}, ${workspace.now()})
    returning ${columns(workspace)}`) as Promise<BannerRow>

export const updateBanner = (workspace: Workspace, id: string, banner: NewBanner) =>
  one(workspace.sql<BannerRow[]>`
    update banners set title = ${banner.title}, body = ${banner.body}, style = ${banner.style},
      position = ${banner.position}, show_dismiss_button = ${banner.show_dismiss_button},
      action = ${banner.action && JSON.stringify(banner.action)}::text::jsonb, state = ${banner.state},
      audience_role = ${banner.audience_role}, audience_tag_id = ${banner.audience_tag_id}
    where workspace_id = ${workspace.id} and id = ${id} returning ${columns(workspace)}`) as Promise<BannerRow>

/** Locks the banner until the transaction ends. */
export const lockBanner = (workspace: Workspace, id: string) =>
  one(workspace.sql<BannerRow[]>`
    select ${columns(workspace)} from banners where workspace_id = ${workspace.id} and id = ${rowId(id)} for update`)

export const deleteBanner = (workspace: Workspace, id: string) =>
  one(workspace.sql<{ id: string }[]>`
    delete from banners where workspace_id = ${workspace.id} and id = ${rowId(id)} returning id`)

/** Locks the banners of the workspace until the transaction ends, and returns their number. */
export const countBannersLocked = async (workspace: Workspace): Promise<number> => {
  await workspace.sql`select pg_advisory_xact_lock(hashtextextended(${`banners ${workspace.id}`}, 0))`
  const [{ count }] = await workspace.sql<[{ count: number }]>`
    select count(*)::integer as count from banners where workspace_id = ${workspace.id}`
  return count
}

export const listBanners = (workspace: Workspace) => workspace.sql<(BannerRow & BannerCounts)[]>`
  select banners.*, coalesce(counted.impressions, 0)::integer as impressions,
    coalesce(counted.contacts, 0)::integer as contacts, coalesce(counted.dismissals, 0)::integer as dismissals
  from banners left join lateral (
    select sum(impressions) as impressions, count(*) as contacts, count(dismissed_at) as dismissals
    from banner_views where banner_views.workspace_id = ${workspace.id} and banner_id = banners.id
  ) counted on true
  where banners.workspace_id = ${workspace.id} order by banners.id`

export type ViewRow = BannerRow & { view_id: string; viewed_at: Date }

/**
 * Returns the live banners for a contact that it has not dismissed, oldest first, and counts that it saw them. The first
 * time creates the view, whose id stays the same.
 */
export const viewBanners = (workspace: Workspace, contact: { id: string; role: 'user' | 'lead' }) => {
  const { sql, id } = workspace
  return sql<ViewRow[]>`
    with matching as (
      select banners.* from banners
      where workspace_id = ${id} and state = 'live' and coalesce(audience_role, ${contact.role}) = ${contact.role}
        and (audience_tag_id is null or audience_tag_id = any(${tagIdsOf(workspace, 'contact', sql`${contact.id}::text`)}))
        and not exists (
          select from banner_views dismissed
          where dismissed.workspace_id = ${id} and contact_id = ${contact.id} and banner_id = banners.id
            and dismissed_at is not null)
    ), viewed as (
      insert into banner_views as views (workspace_id, banner_id, contact_id, impressions, created_at)
      select ${id}, matching.id, ${contact.id}, 1, ${workspace.now()} from matching order by matching.id
      on conflict (workspace_id, contact_id, banner_id) do update set impressions = views.impressions + 1
      returning id as view_id, banner_id, created_at as viewed_at
    )
    select matching.*, view_id, viewed_at from matching join viewed on banner_id = matching.id order by matching.id`
}

/** A second dismissal changes nothing. Returns undefined if the contact was never shown such a view. */
export const dismissView = (workspace: Workspace, contact_id: string, view_id: string) =>
  one(workspace.sql<{ id: string }[]>`
    update banner_views set dismissed_at = coalesce(dismissed_at, ${workspace.now()})
    where workspace_id = ${workspace.id} and id = ${rowId(view_id)} and contact_id = ${contact_id} returning id`)

/** Gives the views of one contact to another one: a banner that both saw counts once, with all impressions. */
export const moveViews = (workspace: Workspace, from: string, into: string) => workspace.sql`
  with taken as (
    delete from banner_views where workspace_id = ${workspace.id} and contact_id = ${from}
    returning id, banner_id, impressions, created_at, dismissed_at
  )
  insert into banner_views as views (workspace_id, id, banner_id, contact_id, impressions, created_at, dismissed_at)
  select ${workspace.id}, id, banner_id, ${into}, impressions, created_at, dismissed_at from taken
  on conflict (workspace_id, contact_id, banner_id) do update set
    impressions = views.impressions + excluded.impressions, created_at = least(views.created_at, excluded.created_at),
    dismissed_at = least(views.dismissed_at, excluded.dismissed_at)`
