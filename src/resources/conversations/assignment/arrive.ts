// A conversation comes to a team: the team's SLA is applied to it, and it goes to a member.
import { theSla } from '#resources/slas/queries.ts'
import { theTeam } from '#resources/teams/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { ConversationRow } from '../queries.ts'
import { applySla } from '../slas/apply.ts'
import { type Distributed, distribute } from './distribute.ts'

/** A conversation that has an SLA keeps it. `conversation` must be locked, and have a team; call it as `distribute`, last. */
export async function arriveInTeam(workspace: Workspace, conversation: ConversationRow): Promise<Distributed> {
  const { sla_id } = await theTeam(workspace, conversation.team_assignee_id as string)
  if (!sla_id || (conversation.sla && !conversation.sla.removed)) return distribute(workspace, conversation)
  const applied = await applySla(workspace, conversation, await theSla(workspace, sla_id), 'rule')
  const { conversation: distributed, part_ids } = await distribute(workspace, applied.conversation)
  return { conversation: distributed, part_ids: [applied.part_id, ...part_ids] }
}
