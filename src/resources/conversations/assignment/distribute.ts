// Gives a conversation of a team to one of the members, by the team's rules.
import { findTeam, type TeamRow } from '#resources/teams/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type ConversationRow, updateConversationRow } from '../queries.ts'
import { outcomeOf } from '../state/outcome.ts'
import { record } from '../state/record.ts'
import { chooseMember } from './choose.ts'
import { listMembers, lockDistribution, saveTurn } from './queries.ts'

export type Distributed = { conversation: ConversationRow; part_ids: string[] }

/**
 * Assigns the conversation to the member of its team who is next. It changes nothing if the conversation has no team, if its
 * team assigns by hand, if it is not open, or if a member of the team has it already. If nobody is present and has room, it
 * waits for one: `assignWaiting` assigns it later.
 *
 * `conversation` must be locked. Call it last in a transaction: it holds a lock for which all other distributions of the
 * workspace wait. Returns the changed conversation, and the ids of the new parts.
 */
export async function distribute(
  workspace: Workspace,
  conversation: ConversationRow,
  at: Date = workspace.now(),
): Promise<Distributed> {
  const { team_assignee_id, admin_assignee_id, state } = conversation
  const nothing = { conversation, part_ids: [] }
  const team = team_assignee_id && state === 'open' ? await findTeam(workspace, team_assignee_id) : undefined
  if (!team || team.distribution_method === 'manual') return nothing
  if (admin_assignee_id && team.admin_ids.includes(admin_assignee_id)) return nothing
  await lockDistribution(workspace)
  const given = await giveToMember(workspace, team, conversation, at)
  if (given) return given
  if (admin_assignee_id) return nothing
  const waiting = { awaits_assignee_since: conversation.awaits_assignee_since ?? at }
  await updateConversationRow(workspace, conversation.id, waiting)
  return { conversation: { ...conversation, ...waiting }, part_ids: [] }
}

const ACTIONS = { round_robin: 'round_robin_assigns', load_balanced: 'load_balancing_assigns' } as const

/** Hold the lock of `lockDistribution`. Returns null if nobody is present and has room. */
export async function giveToMember(
  workspace: Workspace,
  team: TeamRow,
  conversation: ConversationRow,
  at: Date,
): Promise<Distributed | null> {
  if (team.distribution_method === 'manual') return null
  const admin_id = chooseMember(team, await listMembers(workspace, team))
  if (!admin_id) return null
  await saveTurn(workspace, team.id, admin_id)
  const assignee = { type: 'admin', id: admin_id } as const
  const outcome = outcomeOf(conversation, ACTIONS[team.distribution_method], { at, assignee })
  const part = { author: { type: 'bot' }, assigned_to: assignee, created_at: at } as const
  const recorded = await record(workspace, conversation, outcome, part)
  return { conversation: recorded.conversation, part_ids: [recorded.part_id] }
}
