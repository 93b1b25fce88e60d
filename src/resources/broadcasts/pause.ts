// Pauses, resumes and cancels a broadcast. Repeating an action is no error; a broadcast that has ended cannot be
// changed.
import { broadcastSignal, notifyWorker } from '#delivery/signals.ts'
import { conflict, found } from '#http/errors.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type BroadcastRow, type BroadcastState, findBroadcast, lockBroadcast, moveBroadcast } from './queries.ts'

type Action = 'pause' | 'resume' | 'cancel'

/** The states in which an action is allowed, and the one that it leads to. */
const ACTIONS: Record<Action, { from: BroadcastState[]; to: 'running' | 'paused' | 'canceled' }> = {
  pause: { from: ['queued', 'running'], to: 'paused' },
  resume: { from: ['paused'], to: 'running' },
  cancel: { from: ['queued', 'running', 'paused'], to: 'canceled' },
}

export async function changeBroadcast(workspace: Workspace, id: string, action: Action): Promise<BroadcastRow> {
  const { from, to } = ACTIONS[action]
  await lockBroadcast(workspace, id)
  const broadcast = await getBroadcast(workspace, id)
  if (broadcast.state === to) return broadcast
  if (!from.includes(broadcast.state)) throw conflict(`A broadcast that is ${broadcast.state} cannot be ${to}`)
  await moveBroadcast(workspace, broadcast.id, to)
  workspace.afterCommit(broadcastSignal.notify)
  workspace.afterCommit(notifyWorker)
  return getBroadcast(workspace, id)
}

export const getBroadcast = async (workspace: Workspace, id: string): Promise<BroadcastRow> =>
  found(await findBroadcast(workspace, id), 'Broadcast not found')
