// Lets a model write an answer from passages, and takes it only if it says what they say.
import type { Passage } from '#resources/content/find-passages.ts'
import { inHttpSpan, type TraceHeaders } from '#tracing/trace.ts'
import { type Answer, withSources } from '../extract.ts'
import { groundedIn } from './grounded.ts'
import { type Material, messagesFor, NO_ANSWER } from './prompt.ts'
import { BrokenAnswer, readStream } from './read-stream.ts'

/** An OpenAI-compatible server, as the operator set it: `url` is what `/chat/completions` follows. */
export type Model = { url: string; api_key?: string | undefined; model: string; timeout_ms?: number }

/** The sentences go beyond the passages, or there are none. */
export class UngroundedAnswer extends Error {}

const TIMEOUT_MS = 20_000
const SENTENCE = /[^.!?…\n]*(?:[.!?…]+(?:\s*\[\d+\])*(?=\s)|\n+)/y
const CITATION = /\s*\[(\d+)\]/g

/**
 * `onText` gets the whole text so far, sentence by sentence: only those that the passages support. Returns undefined if the
 * model says that the passages do not answer the question.
 *
 * @throws BrokenAnswer, UngroundedAnswer, and the errors of `fetch`, such as a TimeoutError
 */
export async function askModel(
  model: Model,
  material: Material,
  onText: (text: string) => Promise<void> | void = () => {},
): Promise<Answer | undefined> {
  const url = `${model.url}/chat/completions`
  const send = (trace: TraceHeaders) =>
    fetch(url, {
      ...{ method: 'POST', redirect: 'error', signal: AbortSignal.timeout(model.timeout_ms ?? TIMEOUT_MS) },
      headers: {
        'content-type': 'application/json',
        ...(model.api_key !== undefined && { authorization: `Bearer ${model.api_key}` }),
        ...trace,
      },
      body: JSON.stringify({ model: model.model, stream: true, temperature: 0, messages: messagesFor(material) }),
    })
  const response = await inHttpSpan('POST', url, ({ status }) => status, send)
  const written = writer(material.passages)
  for await (const piece of readStream(response)) if (written.add(piece)) await onText(written.text())
  written.end()
  if (written.isEmpty()) throw new BrokenAnswer('The model wrote nothing')
  if (written.says_no) return undefined
  return withSources(written.text(), written.sources(), 'model')
}

/** Collects the pieces of an answer, and checks each sentence once it is complete. */
function writer(passages: readonly Passage[]) {
  const isGrounded = groundedIn(passages)
  let waiting = ''
  let text = ''
  const cited = new Set<number>()

  function take(sentence: string): void {
    const bare = sentence.replace(CITATION, (_, number: string) => {
      cited.add(Number(number))
      return ''
    })
    if (bare.trim() && !isGrounded(bare)) throw new UngroundedAnswer('A sentence says what no passage says')
    text += bare
  }

  return {
    says_no: false,
    /** Returns whether there is a new complete sentence. */
    add(piece: string): boolean {
      waiting += piece
      const before = text.length
      if (waiting.trimStart().startsWith(NO_ANSWER.slice(0, Math.max(waiting.trim().length, 1)))) return false
      for (;;) {
        SENTENCE.lastIndex = 0
        const [sentence] = SENTENCE.exec(waiting) ?? []
        if (!sentence) return text.length > before
        waiting = waiting.slice(sentence.length)
        take(sentence)
      }
    },
    end(): void {
      if (waiting.trim() === NO_ANSWER && !text.trim()) this.says_no = true
      else take(waiting)
    },
    isEmpty(): boolean {
      return !this.says_no && !text.trim()
    },
    text: () => text.trim(),
    /** Those that the answer names; all if it names none that exists. */
    sources() {
      const named = passages.filter((_, at) => cited.has(at + 1))
      return (named.length ? named : passages.slice(0, 1)).map(({ source }) => source)
    },
  }
}
