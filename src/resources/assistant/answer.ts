// Answers a question from published content: by quoting the passages that fit best, or by a model that has only them.
import { findPassages } from '#resources/content/find-passages.ts'
import type { Reader } from '#resources/content-index/passages.ts'
import type { Server } from '#server.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type Answer, bestOf, extract } from './extract.ts'
import { askModel, type Model } from './model/ask.ts'
import type { Turn } from './model/prompt.ts'

export type Asked = {
  /** Plain text. */
  question: string
  /** Oldest first. Only a model reads it. */
  history?: readonly Turn[]
  /** The contact that reads the answer. Without it, content of all audiences is used. */
  contact_id?: string | undefined
  locale?: string | undefined
  for: Reader
}

export type Means = Pick<Server, 'public_url'> & {
  /** Absent: passages are quoted. */
  model?: Model | undefined
  /** Gets the whole text so far while a model writes it. */
  onText?: ((text: string) => Promise<void> | void) | undefined
  log?: { warn(about: object, message: string): void } | undefined
}

/** The passages that are ranked, and that a model gets. */
const MOST_PASSAGES = 8
/** Long questions are cut: their first words say most. */
const MAX_QUESTION = 2_000

/**
 * Returns undefined if no content fits. A model that fails, is too slow, or writes what its passages do not say is replaced by
 * the quotation of the passages.
 */
export async function answer(workspace: Workspace, asked: Asked, means: Means): Promise<Answer | undefined> {
  const question = asked.question.slice(0, MAX_QUESTION)
  const { history = [], contact_id, locale } = asked
  const found = await findPassages(
    workspace,
    { question, contact_id, locale, for: asked.for, limit: MOST_PASSAGES },
    means,
  )
  const passages = bestOf(found)
  if (!passages.length) return undefined
  if (!means.model) return extract(passages)
  try {
    return await askModel(means.model, { question, history, passages: found }, means.onText)
  } catch (error) {
    means.log?.warn({ err: error }, 'the model gave no usable answer; its passages are quoted instead')
    return extract(passages)
  }
}

export type { Answer, Model, Turn }
