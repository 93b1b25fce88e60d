// What each type of step does.
import { handToAssistant } from '#resources/assistant/conversations/request-answer.ts'
import { meets } from '../conditions.ts'
import type { Step, StepOf, StepType } from '../steps.ts'
import { assign, close, open, setAttribute, setPriority, snooze, tag } from './change.ts'
import { startConnector } from './connector.ts'
import { GO_ON, type Next, OTHERWISE, type StepContext } from './step-context.ts'
import { askAttribute, note, offerQuickReplies, reply } from './talk.ts'

type Perform<T extends StepType> = (context: StepContext, step: StepOf<T>) => Next | Promise<Next>

const PERFORM: { [T in StepType]: Perform<T> } = {
  reply: reply as Perform<'reply'>,
  note: note as Perform<'note'>,
  assign,
  tag: tag as Perform<'tag'>,
  untag: tag as Perform<'untag'>,
  close,
  open,
  snooze,
  set_priority: setPriority,
  set_attribute: setAttribute,
  wait: (_context, { seconds }) => ({ waits_for: 'time', seconds }),
  wait_for_reply: (_context, { wait_seconds }) => ({ waits_for: 'reply', seconds: wait_seconds }),
  ask_attribute: askAttribute,
  quick_replies: offerQuickReplies,
  async branch({ workspace, conversation }, { branches }) {
    for (const [n, { conditions }] of branches.entries())
      if (await meets(workspace, conversation.id, conditions)) return { block: String(n) }
    return OTHERWISE
  },
  run_connector: startConnector,
  async hand_to_assistant({ workspace, conversation, workflow }) {
    await handToAssistant(workspace, conversation, workflow)
    return GO_ON
  },
}

/** Does one step, in the transaction of the run. @throws ApiError if the step cannot be done. */
export const perform = (context: StepContext, step: Step): Next | Promise<Next> =>
  (PERFORM[step.type] as Perform<StepType>)(context, step as never)
