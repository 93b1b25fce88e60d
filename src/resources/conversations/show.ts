// A conversation with its parts: all of them for a read, only the new ones after a write.
import type { Static } from 'typebox'
import { found } from '#http/errors.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { Display } from './display.ts'
import { showConversation } from './list-queries.ts'
import { findParts, listParts } from './parts/queries.ts'
import { presentParts } from './parts/schema.ts'
import { type Conversation, presentConversation } from './schema.ts'

type Shown = Static<typeof Conversation>

export async function showWithParts(workspace: Workspace, id: string, display: Display): Promise<Shown> {
  const conversation = found(await showConversation(workspace, id))
  const parts = await listParts(workspace, conversation.id)
  const conversation_parts = presentParts(parts, parts[0]?.total_count ?? 0, display)
  return withPlainTexts({ ...presentConversation(conversation, display), conversation_parts }, display)
}

export async function showWithNewParts(
  workspace: Workspace,
  id: string,
  part_ids: string[],
  display: Display,
): Promise<Shown> {
  const conversation = found(await showConversation(workspace, id))
  const parts = await findParts(workspace, part_ids)
  const conversation_parts = presentParts(parts, parts.length, display)
  return withPlainTexts({ ...presentConversation(conversation, display), conversation_parts }, display)
}

/** Converts all bodies at once, because a long conversation is converted in a thread. */
async function withPlainTexts(shown: Shown, { plainTexts }: Display): Promise<Shown> {
  if (!plainTexts) return shown
  const bodies = [shown.source, ...(shown.conversation_parts?.conversation_parts ?? [])]
  const texts = await plainTexts(bodies.map(({ body }) => body ?? ''))
  for (const [n, holder] of bodies.entries()) if (holder.body) holder.body = texts[n] as string
  return shown
}
