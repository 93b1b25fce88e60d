// Follows the log of events: what happens in a conversation carries its runs on, stops them, or starts new ones.
import type { EventRow } from '#events/read.ts'
import type { LogReader } from '#events/reader.ts'
import { findParts } from '#resources/conversations/parts/queries.ts'
import { lockConversation } from '#resources/conversations/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { triggerOf } from '../triggers.ts'
import { takeAnswer } from './answers.ts'
import { NOT_WAITING } from './go-on.ts'
import { lockWaiting, type RunRow, updateRun } from './queries.ts'
import { startTriggered } from './start.ts'

/** Why runs that wait for the contact stop, by the topic of the event. */
const STOPS: Record<string, string> = {
  'conversation.admin.replied': 'A teammate replied',
  'conversation.admin.closed': 'The conversation was closed',
}

export const workflowReader: LogReader = {
  name: 'workflows',
  handles: (topic) => triggerOf(topic) !== undefined,
  async handle(workspace, event) {
    const conversation = await lockConversation(workspace, event.object_id)
    if (!conversation || conversation.merged_into) return
    const is_answer = await carryOn(workspace, event)
    // What a run has asked for starts no other one.
    if (!is_answer) await startTriggered(workspace, conversation, event)
  },
}

/** Returns whether a run has taken the event as an answer. */
async function carryOn(workspace: Workspace, event: EventRow): Promise<boolean> {
  const waiting = (await lockWaiting(workspace, event.object_id)).filter(waitsForContact)
  if (!waiting.length) return false
  const reason = STOPS[event.topic]
  if (reason)
    for (const run of waiting) await updateRun(workspace, run.id, { ...NOT_WAITING, state: 'stopped', reason })
  if (event.topic !== 'conversation.user.replied') return false
  const [part] = await findParts(workspace, [String(event.details['part_id'])])
  if (!part) return false
  let taken = false
  for (const run of waiting)
    if (BigInt(part.id) > BigInt(run.after_part ?? 0)) taken = (await takeAnswer(workspace, run, part)) || taken
  return taken
}

const waitsForContact = ({ waits_for }: RunRow): boolean =>
  waits_for === 'reply' || waits_for === 'quick_reply' || waits_for === 'attribute'
