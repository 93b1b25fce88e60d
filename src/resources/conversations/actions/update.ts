// PUT /conversations/{id}: read, title, company, priority and custom attributes.

import { found } from '#http/errors.ts'
import { theAdmin } from '#resources/admins/queries.ts'
import type { AttachFiles } from '#resources/attachments/attribute-files.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { NewPart } from '../parts/queries.ts'
import { type ConversationPatch, type ConversationRow, lockConversation, updateConversationRow } from '../queries.ts'
import type { UpdateRequest } from '../requests.ts'
import { outcomeOf } from '../state/outcome.ts'
import { type NewParts, record } from '../state/record.ts'
import { setAttributes } from './set-attributes.ts'
import { setCompany } from './set-company.ts'

/** Each attribute that changes leaves a part, and so does the priority; `read` and `title` leave none. */
export async function update(
  workspace: Workspace,
  id: string,
  request: UpdateRequest,
  attachFiles: AttachFiles,
): Promise<NewParts> {
  const conversation = found(await lockConversation(workspace, id))
  if (request.company_id !== undefined) await setCompany(workspace, conversation, request.company_id)
  const patch = patchOf(request)
  if (Object.keys(patch).length) await updateConversationRow(workspace, conversation.id, patch)
  const prioritized = await setPriority(workspace, { ...conversation, ...patch }, request)
  const attributed = await setAttributes(
    workspace,
    prioritized.conversation,
    request.custom_attributes ?? {},
    attachFiles,
  )
  return { conversation_id: conversation.id, part_ids: [...prioritized.part_ids, ...attributed] }
}

const patchOf = ({ read, title }: UpdateRequest): ConversationPatch => ({
  ...(read !== undefined && { read }),
  ...(title !== undefined && { title }),
})

async function setPriority(
  workspace: Workspace,
  conversation: ConversationRow,
  { priority, admin_id }: UpdateRequest,
): Promise<{ conversation: ConversationRow; part_ids: string[] }> {
  const author = await authorOf(workspace, admin_id)
  if (priority === undefined || priority === conversation.priority) return { conversation, part_ids: [] }
  const recorded = await record(workspace, conversation, outcomeOf(conversation, 'priority_changes', { priority }), {
    author,
    event_details: { current_priority: priority, previous_priority: conversation.priority },
    created_at: workspace.now(),
  })
  return { conversation: recorded.conversation, part_ids: [recorded.part_id] }
}

/** The admin whom the request names; else the bot acts. */
async function authorOf(workspace: Workspace, admin_id: string | null | undefined): Promise<NewPart['author']> {
  if (admin_id === undefined || admin_id === null) return { type: 'bot' }
  const { id } = await theAdmin(workspace, admin_id)
  return { type: 'admin', id }
}
