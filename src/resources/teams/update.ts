// Changes who is in a team, and who of it comes second. Errors have Intercom's texts, because tools show them to people.
import { isDeepStrictEqual } from 'node:util'
import { invalid } from '#http/errors.ts'
import { logActivity } from '#resources/activity-logs/log.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { findUnknownAdmin, insertTeam, lockTeam, type TeamRow, updateTeam } from './queries.ts'
import { type NewTeamRequest, presentTeam, type TeamMembersRequest, type TeamSettingsRequest } from './schema.ts'

const MAX_MEMBERS = 1_000

export async function createTeam(workspace: Workspace, request: NewTeamRequest): Promise<TeamRow> {
  const admin_ids = readIds('admin_ids', request.admin_ids)
  const team = { ...settingsOf(request), name: request.name }
  await assertMembers(workspace, admin_ids)
  assertLimit(team)
  const created = await insertTeam(workspace, { ...team, admin_ids })
  const { id, name } = created
  await logActivity(workspace, {
    type: 'app_team_creation',
    did: `created the team ${name}`,
    metadata: { team: { id: Number(id), name } },
  })
  return created
}

/** A team that is no longer load-balanced has no limit and nobody who comes second. */
export async function changeSettings(workspace: Workspace, id: string, changes: TeamSettingsRequest): Promise<TeamRow> {
  const team = await lockTeam(workspace, id)
  const distribution_method = changes.distribution_method ?? team.distribution_method
  assertLimit({ distribution_method, assignment_limit: changes.assignment_limit ?? null })
  const changed = { ...settingsOf(changes), ...withoutBalancing(distribution_method) }
  return Object.keys(changed).length ? updateTeam(workspace, team.id, changed) : team
}

/** Returns the settings that a team has: a request can have other fields too. */
const settingsOf = ({ name, distribution_method, assignment_limit }: TeamSettingsRequest): TeamSettingsRequest => ({
  ...(name !== undefined && { name }),
  ...(distribution_method !== undefined && { distribution_method }),
  ...(assignment_limit !== undefined && { assignment_limit }),
})

/** Returns what a team that is not load-balanced does not have. */
export const withoutBalancing = (method: TeamRow['distribution_method']): Partial<TeamRow> =>
  method === 'load_balanced' ? {} : { assignment_limit: null, secondary_admin_ids: [], member_limits: {} }

export function assertLimit({ distribution_method, assignment_limit }: TeamSettingsRequest) {
  if (assignment_limit != null && distribution_method !== 'load_balanced')
    throw invalid('assignment_limit needs a team whose distribution_method is load_balanced')
}

/**
 * `admin_ids` are all members from now on. `admin_priority_level` names only those whose level changes; new members are
 * primary. The rest of the request must be as the team is, so that a team that was read can be sent back.
 */
export async function changeMembers(workspace: Workspace, id: string, request: TeamMembersRequest): Promise<TeamRow> {
  const team = await lockTeam(workspace, id)
  assertUnchanged(team, request)
  const admin_ids = readIds('admin_ids', request.admin_ids)
  await assertMembers(workspace, admin_ids)
  const secondary_admin_ids = secondaryAmong(admin_ids, team, request.admin_priority_level ?? {})
  const changed = { admin_ids: inOrder(admin_ids, team), secondary_admin_ids }
  const { admin_ids: members, secondary_admin_ids: secondary } = team
  if (isDeepStrictEqual(changed, { admin_ids: members, secondary_admin_ids: secondary })) return team
  await logActivity(workspace, {
    type: 'app_team_membership_modification',
    did: `changed the members of the team ${team.name}`,
    metadata: {
      team: { id: Number(team.id), name: team.name },
      before: members.map(Number),
      after: changed.admin_ids.map(Number),
    },
  })
  return updateTeam(workspace, team.id, changed)
}

function assertUnchanged(team: TeamRow, { admin_ids: _, admin_priority_level: __, ...others }: TeamMembersRequest) {
  const shown: Record<string, unknown> = presentTeam(team)
  for (const [name, value] of Object.entries(others)) {
    const is_same = name === 'id' ? String(value) === team.id : isDeepStrictEqual(value, shown[name])
    if (!is_same)
      throw invalid(`Only admin_ids and admin_priority_level can be updated on a team, but the request changed ${name}`)
  }
}

/** Members who stay keep their places, so that an unchanged list in another order changes nothing. */
const inOrder = (admin_ids: string[], team: TeamRow): string[] => [
  ...team.admin_ids.filter((id) => admin_ids.includes(id)),
  ...admin_ids.filter((id) => !team.admin_ids.includes(id)),
]

function readIds(name: string, given: readonly unknown[]): string[] {
  const ids = given.map((id) => (typeof id === 'number' && Number.isSafeInteger(id) ? String(id) : id))
  if (!ids.every((id): id is string => typeof id === 'string' && /^\d{1,18}$/.test(id)))
    throw invalid(`${name} must contain only numeric admin ids`)
  return [...new Set(ids)]
}

async function assertMembers(workspace: Workspace, admin_ids: string[]) {
  if (!admin_ids.length) throw invalid('admin_ids must contain at least one admin id')
  if (admin_ids.length > MAX_MEMBERS) throw invalid(`admin_ids must not contain more than ${MAX_MEMBERS} admin ids`)
  const unknown = await findUnknownAdmin(workspace, admin_ids)
  if (unknown !== undefined) throw invalid(`admin_ids names ${unknown}, which is not an admin of this workspace`)
}

type Levels = NonNullable<TeamMembersRequest['admin_priority_level']>

/** Returns the members who come second. A level of somebody who leaves the team is ignored. */
function secondaryAmong(admin_ids: string[], team: TeamRow, { primary_admin_ids, secondary_admin_ids }: Levels) {
  const primary = readIds('primary_admin_ids', primary_admin_ids ?? [])
  const secondary = readIds('secondary_admin_ids', secondary_admin_ids ?? [])
  for (const id of [...primary, ...secondary]) {
    if (!admin_ids.includes(id) && !team.admin_ids.includes(id))
      throw invalid(`admin_priority_level names ${id}, which is on neither the team nor admin_ids`)
  }
  const twice = primary.find((id) => secondary.includes(id))
  if (twice !== undefined) throw invalid(`admin_priority_level gives ${twice} more than one priority level`)
  if (secondary.length && team.distribution_method !== 'load_balanced')
    throw invalid('admin_priority_level.secondary_admin_ids needs a team whose distribution_method is load_balanced')
  const now = [...team.secondary_admin_ids, ...secondary.filter((id) => !team.secondary_admin_ids.includes(id))]
  return now.filter((id) => admin_ids.includes(id) && !primary.includes(id))
}
