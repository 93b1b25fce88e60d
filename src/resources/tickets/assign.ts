// Assigns a ticket to an admin or a team, or to nobody.
import { found } from '#http/errors.ts'
import { findAdmin } from '#resources/admins/queries.ts'
import type { NewPart } from '#resources/conversations/parts/queries.ts'
import type { TicketRow } from '#resources/conversations/queries.ts'
import type { Assignee } from '#resources/conversations/state/effects.ts'
import { type Outcome, outcomeOf } from '#resources/conversations/state/outcome.ts'
import { record } from '#resources/conversations/state/record.ts'
import { asTicket } from '#resources/conversations/tickets/change-state.ts'
import { findTeam } from '#resources/teams/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export const NO_ASSIGNEE = '0'

const NOT_FOUND = ['Assignee not found', 'assignee_not_found'] as const

/** @throws a 404 if there is no such admin. The error is that of the assignee, as Intercom's is. */
export const theActor = async (workspace: Workspace, id: string): Promise<string> =>
  found(await findAdmin(workspace, id), ...NOT_FOUND).id

/** Returns the admin or the team with the id, or null for nobody. @throws a 404 */
export async function theAssignee(workspace: Workspace, id: string): Promise<Assignee | null> {
  if (id === NO_ASSIGNEE) return null
  if (await findAdmin(workspace, id)) return { type: 'admin', id }
  return { type: 'team', id: found(await findTeam(workspace, id), ...NOT_FOUND).id }
}

/**
 * `ticket` must be locked. Null removes both assignees, if there are any. Returns the ticket as it is then.
 * @throws a 422 if an open ticket has the assignee already
 */
export async function assignTicket(
  workspace: Workspace,
  ticket: TicketRow,
  assignee: Assignee | null,
  { author, keeps_closed = false }: { author: NewPart['author']; keeps_closed?: boolean },
): Promise<TicketRow> {
  const at = workspace.now()
  if (!assignee && !ticket.admin_assignee_id && !ticket.team_assignee_id) return ticket
  const outcome = assignee ? outcomeOf(ticket, 'admin_assigns', { at, assignee, keeps_closed }) : unassigned(ticket, at)
  const recorded = await record(workspace, ticket, outcome, {
    author,
    assigned_to: assignee ?? { type: 'nobody_admin', id: null },
    created_at: at,
  })
  return asTicket(recorded.conversation)
}

function unassigned(ticket: TicketRow, at: Date): Outcome {
  const from = ticket.admin_assignee_id ? 'admin' : 'team'
  const outcome = outcomeOf(ticket, 'admin_unassigns', { at, from })
  return {
    ...outcome,
    patch: { ...outcome.patch, admin_assignee_id: null, team_assignee_id: null, team_assigned_at: null },
  }
}
