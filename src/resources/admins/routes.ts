// Admins: shows the admin of the token and the teammates, and sets away mode.

import { Type } from 'typebox'
import { conflict, found, invalid } from '#http/errors.ts'
import { type App, op } from '#http/op.ts'
import { ById } from '#http/types.ts'
import { logActivity } from '#resources/activity-logs/log.ts'
import type { NewActivity } from '#resources/activity-logs/queries.ts'
import { type AwayStatusReasonRow, findAwayStatusReason } from '#resources/away-status-reasons/queries.ts'
import type { Resource } from '#server.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { demo } from './demo.ts'
import { type AdminRow, findAdmin, findOwnWorkspace, insertAdmin, listAdmins, setAway, theAdmin } from './queries.ts'
import {
  Admin,
  AdminList,
  AwayAdmin,
  AwayRequest,
  Me,
  NewAdminRequest,
  presentAdmin,
  presentAdminOfEvent,
  presentAwayAdmin,
  presentMe,
} from './schema.ts'
import { adminEvents } from './topics.ts'

const DisplayAvatar = Type.Object({ display_avatar: Type.Optional(Type.Boolean()) })

/** `assignWaiting` assigns the conversations that wait in teams; it is called when an admin is back. */
type Distribution = { assignWaiting(workspace: Workspace): Promise<unknown> }

function admins(app: App, { assignWaiting }: Distribution) {
  app.get(
    '/me',
    op('identifyAdmin', {
      summary: 'Show the admin of the token, and the workspace',
      sdk: (client) => client.admins.identify(),
      response: Me,
    }),
    async ({ workspace }) =>
      presentMe(await theAdmin(workspace, workspace.admin_id), await findOwnWorkspace(workspace)),
  )

  app.get(
    '/admins',
    op('listAdmins', {
      summary: 'List the admins',
      sdk: (client) => client.admins.list(),
      scope: 'read_admins',
      query: DisplayAvatar,
      response: AdminList,
    }),
    async ({ workspace, query }) => ({
      type: 'admin.list' as const,
      admins: (await listAdmins(workspace)).map((admin) =>
        presentAdmin(admin, { avatar: query.display_avatar === true }),
      ),
    }),
  )

  app.get(
    '/admins/:id',
    op('retrieveAdmin', {
      summary: 'Show an admin',
      sdk: (client) => client.admins.find({ admin_id: 814860 }),
      scope: 'read_admins',
      params: ById,
      response: Admin,
    }),
    async ({ workspace, params }) => presentAdmin(await theAdmin(workspace, params.id)),
  )

  app.put(
    '/admins/:id/away',
    op('setAwayAdmin', {
      summary: 'Set the away mode of an admin',
      sdk: (client) => client.admins.away({ admin_id: 814860, away_mode_enabled: true, away_mode_reassign: false }),
      scope: 'read_admins',
      params: ById,
      body: AwayRequest,
      response: AwayAdmin,
    }),
    async ({ workspace, params, body }) => {
      const { away_mode_enabled, away_mode_reassign, away_status_reason_id = null } = body
      found(await findAdmin(workspace, params.id), 'Admin for admin_id not found', 'admin_not_found')
      const reason = await reasonInUse(workspace, away_status_reason_id)
      const admin = found(
        await setAway(workspace, params.id, { away_mode_enabled, away_mode_reassign, away_status_reason_id }),
        'Admin for admin_id not found',
        'admin_not_found',
      )
      await adminEvents.emit(workspace, {
        topic: 'admin.away_mode_updated',
        object_id: admin.id,
        snapshot: () => presentAdminOfEvent(admin, shownReason(reason)),
      })
      await logActivity(workspace, awayChange(admin, reason, await theAdmin(workspace, workspace.admin_id)))
      if (!away_mode_enabled) await assignWaiting(workspace)
      return presentAwayAdmin(admin)
    },
  )

  app.post(
    '/extensions/admins',
    op('createAdmin', {
      summary: 'Add a teammate',
      refuses: [409],
      body: NewAdminRequest,
      response: Admin,
    }),
    async ({ workspace, body }) => {
      const admin = await insertAdmin(workspace, body)
      if (!admin) throw conflict(`There is a teammate with the email address ${body.email} already`)
      await logActivity(workspace, { type: 'app_admin_join', did: `added the teammate ${admin.name}` })
      return presentAdmin(admin)
    },
  )
}

async function reasonInUse(workspace: Workspace, id: string | null): Promise<AwayStatusReasonRow | undefined> {
  if (id === null) return undefined
  const reason = await findAwayStatusReason(workspace, id)
  if (!reason) throw invalid('Away status reason not found')
  if (reason.deleted) throw invalid('Away status reason is deleted')
  return reason
}

const shownReason = (reason: AwayStatusReasonRow | undefined): string | null =>
  reason ? `${reason.emoji} ${reason.label}`.trim() : null

function awayChange(admin: AdminRow, reason: AwayStatusReasonRow | undefined, by: AdminRow): NewActivity {
  const { away_mode_enabled: is_away, away_mode_reassign } = admin
  const whose = admin.id === by.id ? 'their' : `${admin.name}'s`
  return {
    type: 'admin_away_mode_change',
    did: `turned ${is_away ? 'on' : 'off'} ${whose} away mode`,
    metadata: {
      away_mode: is_away,
      away_status_reason: shownReason(reason),
      reassign_conversations: away_mode_reassign,
      source: `admin update from api - Admin id: ${by.id}`,
      auto_changed: null,
      update_by: Number(by.id),
      update_by_name: by.name,
    },
  }
}

export default (distribution: Distribution): Resource => ({
  group: 'Admins',
  routes: (app) => admins(app, distribution),
  events: adminEvents,
  kept_tables: ['admins'],
  given: async (workspace) => (await listAdmins(workspace)).map(({ id, name }) => ({ type: 'admin', id, name })),
  demo,
})
