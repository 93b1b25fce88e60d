// Reads the answer of an OpenAI-compatible server: a stream of events, or one JSON object from a server that does not stream.

/** The answer is broken: it ended early, or is not what the protocol says. */
export class BrokenAnswer extends Error {}

const MAX_BYTES = 1_000_000

/** Yields the pieces of text. @throws BrokenAnswer */
export async function* readStream(response: Response): AsyncGenerator<string> {
  if (!response.ok) throw new BrokenAnswer(`The model's server answered ${response.status}`)
  if (!response.body) throw new BrokenAnswer('The answer is empty')
  if (!response.headers.get('content-type')?.includes('text/event-stream')) {
    yield wholeText(await textOf(response.body))
    return
  }
  let is_complete = false
  for await (const line of linesOf(response.body)) {
    if (!line.startsWith('data:')) continue
    const data = line.slice('data:'.length).trim()
    if (data === '[DONE]') return
    const { choices, error } = parse(data) as { choices?: Choice[]; error?: unknown }
    if (error) throw new BrokenAnswer('The model ended its answer with an error')
    const [choice] = choices ?? []
    const piece = choice?.delta?.content
    if (piece) yield piece
    if (choice?.finish_reason === 'stop') is_complete = true
    else if (choice?.finish_reason) throw new BrokenAnswer(`The model ended its answer by ${choice.finish_reason}`)
  }
  if (!is_complete) throw new BrokenAnswer('The stream ended before the answer did')
}

type Choice = {
  delta?: { content?: string | null }
  message?: { content?: string | null }
  finish_reason?: string | null
}

function wholeText(text: string): string {
  const { choices } = parse(text) as { choices?: Choice[] }
  const content = choices?.[0]?.message?.content
  if (typeof content !== 'string') throw new BrokenAnswer('The answer has no text')
  return content
}

function parse(text: string): object {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return value
  } catch {}
  throw new BrokenAnswer('The answer is not JSON')
}

async function textOf(body: ReadableStream<Uint8Array>): Promise<string> {
  let text = ''
  for await (const chunk of decoded(body)) text += chunk
  return text
}

async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = ''
  for await (const chunk of decoded(body)) {
    const lines = (rest + chunk).split(/\r?\n/)
    rest = lines.pop() ?? ''
    yield* lines
  }
  if (rest) yield rest
}

async function* decoded(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > MAX_BYTES) throw new BrokenAnswer('The answer is too long')
    yield decoder.decode(chunk, { stream: true })
  }
}
