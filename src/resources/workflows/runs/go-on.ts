// Carries a run on, step by step, until it waits or ends. Everything is in one transaction with the conversation.
import { ApiError } from '#http/errors.ts'
import { alone } from '#http/savepoint.ts'
import { lockConversation } from '#resources/conversations/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { perform } from '../actions/perform.ts'
import { isWait } from '../actions/step-context.ts'
import { findVersion } from '../queries.ts'
import { type Node, nodesOf } from '../steps.ts'
import { findLastPartId, type RunChanges, type RunRow, updateRun } from './queries.ts'

/** A run that takes more steps fails. A list of steps has no way back, but a question can be asked again. */
const MAX_STEPS_OF_RUN = 200

/** What a run has at hand: its version of the workflow, which never changes. */
export type Plan = { workflow: { id: string; title: string }; nodes: Map<string, Node> }

export async function planOf(workspace: Workspace, { workflow_id, version }: RunRow): Promise<Plan> {
  const { title, definition } = await findVersion(workspace, workflow_id, version)
  return { workflow: { id: workflow_id, title }, nodes: nodesOf(definition.steps) }
}

/** Goes on from the step at which the run waits: into one of its blocks, or to the step after it. */
export async function resume(workspace: Workspace, run: RunRow, block?: string): Promise<void> {
  const plan = await planOf(workspace, run)
  const node = plan.nodes.get(run.step ?? '')
  await goOn(workspace, plan, { ...run, step: node ? wayOf(node, block) : null })
}

const wayOf = (node: Node, block: string | undefined): string | null =>
  block === undefined ? node.next : (node.blocks[block] ?? node.next)

/** Goes on from the step `run.step`, which is still to be done. */
export async function goOn(workspace: Workspace, { workflow, nodes }: Plan, run: RunRow): Promise<void> {
  const end = (state: 'finished' | 'stopped' | 'failed', reason: string | null = null) =>
    updateRun(workspace, run.id, { ...NOT_WAITING, state, reason, step, steps_taken })
  let { step, steps_taken } = run
  for (;;) {
    const node = step === null ? undefined : nodes.get(step)
    if (!node) return void (await end('finished'))
    if (++steps_taken > MAX_STEPS_OF_RUN)
      return void (await end('failed', `The run took more than ${MAX_STEPS_OF_RUN} steps`))
    const conversation = await lockConversation(workspace, run.conversation_id)
    if (!conversation || conversation.merged_into)
      return void (await end('stopped', 'The conversation was merged or deleted'))
    const at = workspace.now()
    const context = { workflow, run_id: run.id, conversation, at }
    const next = await alone(workspace, (workspace) => perform({ workspace, ...context }, node.step))
    if (next instanceof ApiError) return void (await end('failed', next.message))
    if (isWait(next)) {
      const until = next.seconds === null ? null : new Date(at.getTime() + next.seconds * 1000)
      const after_part = await findLastPartId(workspace, conversation.id)
      const waits: RunChanges = {
        after_part,
        state: 'waiting',
        waits_for: next.waits_for,
        until,
        memory: { ...next.memory },
      }
      return void (await updateRun(workspace, run.id, { ...waits, step, steps_taken }))
    }
    step = wayOf(node, next.block)
  }
}

export const NOT_WAITING: RunChanges = { waits_for: null, until: null }
