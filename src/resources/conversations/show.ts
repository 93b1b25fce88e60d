// A conversation with its parts: all of them for a read, only the new ones after a write.
import type { Static } from 'typebox'
import { found } from '#http/errors.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { Display } from './display.ts'
import { showConversation } from './list-queries.ts'
import { findParts, listParts } from './parts/queries.ts'
import { presentParts } from './parts/schema.ts'
import { type Conversation, presentConversation } from './schema.ts'

export async function showWithParts(workspace: Workspace, id: string, display: Display) {
  const conversation = found(await showConversation(workspace, id))
  const parts = await listParts(workspace, conversation.id)
  return {
    ...presentConversation(conversation, display),
    conversation_parts: presentParts(parts, parts[0]?.total_count ?? 0, display),
  } satisfies Static<typeof Conversation>
}

export async function showWithNewParts(workspace: Workspace, id: string, part_ids: string[], display: Display) {
  const conversation = found(await showConversation(workspace, id))
  const parts = await findParts(workspace, part_ids)
  return {
    ...presentConversation(conversation, display),
    conversation_parts: presentParts(parts, parts.length, display),
  } satisfies Static<typeof Conversation>
}
