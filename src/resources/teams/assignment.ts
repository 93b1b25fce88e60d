// How a team assigns its conversations: by hand, in turn, or to the member with the fewest, within limits.
import { invalid } from '#http/errors.ts'
import { theSla } from '#resources/slas/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { lockTeam, type TeamRow, updateTeam } from './queries.ts'
import type { TeamAssignmentRequest } from './schema.ts'
import { assertLimit, withoutBalancing } from './update.ts'

/** Fields that are absent stay as they are. `member_limits` are all limits of single members from now on. */
export async function changeAssignment(
  workspace: Workspace,
  id: string,
  request: TeamAssignmentRequest,
): Promise<TeamRow> {
  const team = await lockTeam(workspace, id)
  const { distribution_method: method = team.distribution_method, assignment_limit, member_limits: given } = request
  const distribution_method = method === 'balanced' ? 'load_balanced' : method
  assertLimit({ distribution_method, assignment_limit: assignment_limit ?? null })
  if (given?.length && distribution_method !== 'load_balanced')
    throw invalid('member_limits need a team whose distribution_method is load_balanced')
  const sla_id = request.sla_id && (await theSla(workspace, request.sla_id)).id
  const member_limits = given && readLimits(team, given)
  return updateTeam(workspace, team.id, {
    ...(assignment_limit !== undefined && { assignment_limit }),
    ...(sla_id !== undefined && { sla_id }),
    ...(member_limits && { member_limits }),
    ...withoutBalancing(distribution_method),
    distribution_method,
  })
}

function readLimits(team: TeamRow, given: NonNullable<TeamAssignmentRequest['member_limits']>) {
  const limits: TeamRow['member_limits'] = {}
  for (const { admin_id, limit } of given) {
    if (!team.admin_ids.includes(admin_id)) throw invalid(`member_limits names ${admin_id}, which is not on the team`)
    if (admin_id in limits) throw invalid(`member_limits gives ${admin_id} more than one limit`)
    limits[admin_id] = limit
  }
  return limits
}
