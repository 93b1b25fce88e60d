// Batches queries, as dataloader does: calls that arrive in the same turn of the event loop share a statement, so that
// under load they share a round trip and a commit.
import type { Sql } from './sql.ts'

type Workspace = { id: string; sql: Sql }

type Call<Question, Answer> = {
  question: Question
  resolve(answer: Answer): void
  reject(error: unknown): void
}

/** Few enough that one statement does not delay others for long. */
const MAX_BATCH = 100

/**
 * Returns a function for one question, made from one for many: `ask(workspace, questions)` resolves to an answer for
 * each question, in the same order. A call never waits for others: a single call is sent alone. In a transaction each
 * call is a statement of its own.
 *
 * If PostgreSQL refuses a value in the statement, each question is asked again alone, so that a caller gets only its
 * own errors; `ask` must therefore be atomic. After any other error the statement may have been carried out, so all
 * callers get the error.
 */
export function batched<W extends Workspace, Question, Answer>(
  ask: (workspace: W, questions: Question[]) => Promise<Answer[]>,
): (workspace: W, question: Question) => Promise<Answer> {
  const open = new WeakMap<Sql, Map<string, Call<Question, Answer>[]>>()

  async function one(workspace: W, question: Question): Promise<Answer> {
    const [answer] = await ask(workspace, [question])
    return answer as Answer
  }

  async function askAll(workspace: W, calls: Call<Question, Answer>[]) {
    try {
      const answers = await ask(
        workspace,
        calls.map(({ question }) => question),
      )
      for (const [n, { resolve }] of calls.entries()) resolve(answers[n] as Answer)
    } catch (error) {
      if (calls.length === 1 || !isRefused(error)) for (const { reject } of calls) reject(error)
      else for (const { question, resolve, reject } of calls) one(workspace, question).then(resolve, reject)
    }
  }

  return (workspace, question) => {
    const { id, sql } = workspace
    if (!('begin' in sql)) return one(workspace, question)
    const batches = open.get(sql) ?? new Map<string, Call<Question, Answer>[]>()
    open.set(sql, batches)
    return new Promise((resolve, reject) => {
      const calls = batches.get(id)
      if (calls && calls.length < MAX_BATCH) return calls.push({ question, resolve, reject })
      const batch = [{ question, resolve, reject }]
      batches.set(id, batch)
      setImmediate(() => {
        if (batches.get(id) === batch) batches.delete(id)
        void askAll(workspace, batch)
      })
    })
  }
}

/** PostgreSQL's error classes 22 and 23: an invalid value, or a broken constraint. Nothing was written. */
const isRefused = (error: unknown) => /^2[23]/.test((error as { code?: string }).code ?? '')
