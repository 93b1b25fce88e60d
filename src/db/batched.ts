// What is asked in one moment is asked together: calls that arrive in the same turn of the event loop share a statement,
// so that under load a round trip, and a commit, are paid for once and not by each of them.
import type { Sql } from './sql.ts'

/** A workspace, as far as this is concerned. */
type Workspace = { id: string; sql: Sql }

type Call<Question, Answer> = {
  question: Question
  resolve(answer: Answer): void
  reject(error: unknown): void
}

/** Few enough that one statement holds up nobody for long. */
const MOST_AT_ONCE = 100

/**
 * Makes a function of one question out of one that answers several: `ask(workspace, questions)` resolves to an answer
 * for each question, in their order. Nothing waits for company: a call that is alone goes out alone. Within a transaction
 * a call is its own statement. Where PostgreSQL refuses a statement for a value that it holds, each question is asked once
 * more by itself, so that nobody bears another one's error; `ask` must therefore do all or nothing. After any other error
 * nobody can say whether it was carried out, and everybody hears of it.
 */
export function batched<W extends Workspace, Question, Answer>(
  ask: (workspace: W, questions: Question[]) => Promise<Answer[]>,
): (workspace: W, question: Question) => Promise<Answer> {
  const gathering = new WeakMap<Sql, Map<string, Call<Question, Answer>[]>>()

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
    const workspaces = gathering.get(sql) ?? new Map<string, Call<Question, Answer>[]>()
    gathering.set(sql, workspaces)
    return new Promise((resolve, reject) => {
      const calls = workspaces.get(id)
      if (calls && calls.length < MOST_AT_ONCE) return calls.push({ question, resolve, reject })
      const begun = [{ question, resolve, reject }]
      workspaces.set(id, begun)
      setImmediate(() => {
        if (workspaces.get(id) === begun) workspaces.delete(id)
        void askAll(workspace, begun)
      })
    })
  }
}

/** PostgreSQL's classes 22 and 23: a value that no column holds, or that breaks a constraint. Nothing was written. */
const isRefused = (error: unknown) => /^2[23]/.test((error as { code?: string }).code ?? '')
