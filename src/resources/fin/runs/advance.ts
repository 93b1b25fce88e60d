// Goes on with the procedure of a session, one step at a time: each step is taken in one transaction, once.
import { randomUUID } from 'node:crypto'
import { paragraphs } from '#lib/html.ts'
import { asksForPerson, languageOf } from '#resources/assistant/words.ts'
import { executeConnector } from '#resources/data-connectors/execute.ts'
import { goOn } from '#resources/procedures/go-on.ts'
import { endRun, findOpenInput, moveRun, type RunRow } from '#resources/procedures/queries.ts'
import { filled, readText, type Step } from '#resources/procedures/steps.ts'
import type { WorkerContext } from '#server.ts'
import { atomically, type Workspace } from '#workspaces/workspace.ts'
import { escalateSession } from '../escalate.ts'
import { lockSession, type MessageRow, type SessionRow, takeMessage } from '../queries.ts'
import { endTurn, resolve, sayAs } from '../reply.ts'
import { askPerson } from './ask-person.ts'

type RunContext = Pick<WorkerContext, 'secret' | 'egress' | 'public_url'>

type OfType<Type extends Step['type']> = Extract<Step, { type: Type }>

const WRONG_VALUE = {
  en: {
    integer: 'Please write a whole number.',
    decimal: 'Please write a number.',
    boolean: 'Please write yes or no.',
  },
  fr: { integer: 'Écrivez un nombre entier.', decimal: 'Écrivez un nombre.', boolean: 'Écrivez oui ou non.' },
}

/** Returns whether there may be more to do now. */
export async function advance(
  context: RunContext,
  workspace: Workspace,
  run: RunRow,
  waiting: MessageRow | undefined,
): Promise<boolean> {
  if (run.state === 'awaiting_user') return waiting !== undefined && (await takeAnswer(workspace, run, waiting))
  if (run.state === 'awaiting_person') return expire(workspace, run)
  // A connector was called, and its result was lost: to call it again could do twice what it does.
  if (run.state === 'calling') return giveUp(workspace, run)
  const step = run.steps[run.step]
  if (step?.type === 'connector') return callConnector(context, workspace, run, step)
  return take(workspace, run, async (workspace, session) => {
    if (!step) return finish(workspace, run, session)
    if (step.type === 'human') return waitForPerson(context, workspace, run, session, step)
    const state = step.type === 'ask' ? 'awaiting_user' : 'running'
    if (!(await moveRun(workspace, run, { step: state === 'running' ? run.step + 1 : run.step, state }))) return
    await say(workspace, session, filled(step.text, run.variables))
    if (step.type === 'ask') await endTurn(workspace, session)
  })
}

/** Runs the step with the session locked. A session that is gone has no step. */
async function take(
  workspace: Workspace,
  { conversation_id }: RunRow,
  work: (workspace: Workspace, session: SessionRow) => Promise<unknown>,
): Promise<boolean> {
  return atomically(workspace, async (workspace) => {
    const session = await lockSession(workspace, conversation_id)
    if (session) await work(workspace, session)
    return session !== undefined
  })
}

const say = (workspace: Workspace, session: SessionRow, text: string) =>
  sayAs(workspace, session, { text, html: paragraphs(text), language: languageOf(text) })

async function finish(workspace: Workspace, run: RunRow, session: SessionRow): Promise<void> {
  if (await moveRun(workspace, run, { step: run.step, state: 'done' })) await resolve(workspace, session)
}

/** Hands the session over to the team. */
const giveUp = (workspace: Workspace, run: RunRow): Promise<boolean> =>
  take(workspace, run, async (workspace, session) => {
    if (!(await moveRun(workspace, run, { step: run.step, state: 'done' }))) return
    await escalateSession(workspace, session, { reason: `Escalation rule: ${run.procedure_name}` })
  })

const takeAnswer = (workspace: Workspace, run: RunRow, waiting: MessageRow): Promise<boolean> =>
  take(workspace, run, async (workspace, session) => {
    if (!(await takeMessage(workspace, waiting.id))) return
    if (asksForPerson(waiting.body)) {
      await endRun(workspace, run.conversation_id)
      await escalateSession(workspace, session, { reason: 'Escalation requested by user' })
      return
    }
    const step = run.steps[run.step] as OfType<'ask'>
    const value = readText(step.data_type, waiting.body)
    if (value !== undefined) {
      await moveRun(workspace, run, { step: run.step + 1, state: 'running', variables: { [step.name]: value } })
      return
    }
    const hints: Partial<Record<string, string>> = WRONG_VALUE[languageOf(step.text)]
    const hint = hints[step.data_type]
    await say(workspace, session, [hint, filled(step.text, run.variables)].filter(Boolean).join(' '))
    await endTurn(workspace, session)
  })

/** Not in a transaction: it waits for another server. */
async function callConnector(
  { secret, egress }: RunContext,
  workspace: Workspace,
  run: RunRow,
  { connector_id, inputs = {}, save_as }: OfType<'connector'>,
): Promise<boolean> {
  if (!(await moveRun(workspace, run, { step: run.step, state: 'calling' }))) return false
  const calling = { ...run, state: 'calling' as const }
  const values = Object.fromEntries(Object.entries(inputs).map(([name, text]) => [name, filled(text, run.variables)]))
  const contact_id = await contactOf(workspace, run)
  const executed = await executeConnector({ secret, egress }, workspace, {
    ...{ connector_id, inputs: values, contact_id, source_type: 'fin' as const, source_id: run.procedure_id },
  }).catch(() => undefined)
  if (!executed?.result.success) return giveUp(workspace, calling)
  const variables = save_as ? { [save_as]: executed.response ?? null } : {}
  return moveRun(workspace, calling, { step: run.step + 1, state: 'running', variables })
}

const contactOf = async (workspace: Workspace, { conversation_id }: RunRow): Promise<string | undefined> =>
  (await atomically(workspace, (workspace) => lockSession(workspace, conversation_id)))?.contact_id

async function waitForPerson(
  { public_url }: RunContext,
  workspace: Workspace,
  run: RunRow,
  session: SessionRow,
  step: OfType<'human'>,
): Promise<void> {
  if (!(await moveRun(workspace, run, { step: run.step, state: 'awaiting_person' }))) return
  const { expires_after_seconds: seconds } = step
  const expires_at = seconds === undefined ? null : new Date(workspace.now().getTime() + seconds * 1000)
  await askPerson(workspace, { public_url, run, session, step, step_id: randomUUID(), expires_at })
  if (seconds !== undefined) await goOn(workspace, run.conversation_id, new Date(Date.now() + seconds * 1000))
}

/** Nobody has answered in time. */
async function expire(workspace: Workspace, run: RunRow): Promise<boolean> {
  const input = await findOpenInput(workspace, run.conversation_id)
  if (!input?.expires_at || input.expires_at > workspace.now()) return false
  return giveUp(workspace, run)
}
