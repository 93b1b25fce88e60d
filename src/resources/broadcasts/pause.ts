// Pauses, resumes and cancels a broadcast. What was asked for already is no error; what is over cannot be changed.
import { broadcastSignal, notifyWorker } from '#delivery/signals.ts'
import { conflict, found } from '#http/errors.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type BroadcastRow, type BroadcastState, findBroadcast, lockBroadcast, moveBroadcast } from './queries.ts'

export type Act = 'pause' | 'resume' | 'cancel'

/** From which states an act leads to which. */
const ACTS: Record<Act, { from: BroadcastState[]; to: 'running' | 'paused' | 'canceled' }> = {
  pause: { from: ['queued', 'running'], to: 'paused' },
  resume: { from: ['paused'], to: 'running' },
  cancel: { from: ['queued', 'running', 'paused'], to: 'canceled' },
}

export async function hold(workspace: Workspace, id: string, act: Act): Promise<BroadcastRow> {
  const { from, to } = ACTS[act]
  await lockBroadcast(workspace, id)
  const broadcast = await show(workspace, id)
  if (broadcast.state === to) return broadcast
  if (!from.includes(broadcast.state)) throw conflict(`A broadcast that is ${broadcast.state} cannot be ${to}`)
  await moveBroadcast(workspace, broadcast.id, to)
  workspace.afterCommit(broadcastSignal.notify)
  workspace.afterCommit(notifyWorker)
  return show(workspace, id)
}

export const show = async (workspace: Workspace, id: string): Promise<BroadcastRow> =>
  found(await findBroadcast(workspace, id), 'Broadcast not found')
