// The metrics of several processes that serve one port: whichever of them is asked answers with those of all, added up.
import type { Worker } from 'node:cluster'
import { setTimeout as sleep } from 'node:timers/promises'
import { AggregatorRegistry, Gauge, type MetricObject, register } from 'prom-client'

/** A child asks for the metrics of all; the parent asks each child for its own. `id` pairs question and answer. */
type FromChild = { ask: 'all-metrics'; id: number } | { answer: 'own-metrics'; id: number; figures: MetricObject[] }
type FromParent = { ask: 'own-metrics'; id: number } | { answer: 'all-metrics'; id: number; text: string }

/** A child that hangs is left out. */
const ANSWER_WITHIN_MS = 1_000

/** For a child: answers its parent. Returns the metrics of all children, for `/metrics`. */
export function shareMetrics(role: 'api' | 'worker'): () => Promise<string> {
  const waiting = new Map<number, (text: string) => void>()
  let last_id = 0
  new Gauge({ name: 'interphone_processes', help: 'Running processes, by role.', labelNames: ['role'] }).set(
    { role },
    1,
  )
  process.on('message', (message: FromParent) => {
    if ('ask' in message) void answer(message.id)
    else if (message.answer === 'all-metrics') waiting.get(message.id)?.(message.text)
  })
  const answer = async (id: number) =>
    send({ answer: 'own-metrics', id, figures: (await register.getMetricsAsJSON()) as unknown as MetricObject[] })
  return async () => {
    const id = ++last_id
    const { promise, resolve } = Promise.withResolvers<string>()
    waiting.set(id, resolve)
    send({ ask: 'all-metrics', id })
    return promise.finally(() => waiting.delete(id))
  }
}

const send = (message: FromChild) => void process.send?.(message)

/** For the parent: answers a child that asks for the metrics of all. `children` are those that are ready. */
export function answerForAll(child: Worker, children: () => Iterable<Worker>): void {
  child.on('message', async (message: FromChild) => {
    if (!('ask' in message) || message.ask !== 'all-metrics') return
    const figures = await Promise.all([...children()].map((one) => ownOf(one)))
    const text = await AggregatorRegistry.aggregate(figures.filter((one) => one !== undefined) as never).metrics()
    if (child.isConnected()) child.send({ answer: 'all-metrics', id: message.id, text } satisfies FromParent)
  })
}

let last_question = 0

async function ownOf(child: Worker): Promise<MetricObject[] | undefined> {
  const id = ++last_question
  const { promise, resolve } = Promise.withResolvers<MetricObject[] | undefined>()
  const listener = (message: FromChild) => {
    if ('answer' in message && message.id === id) resolve(message.figures)
  }
  child.on('message', listener)
  if (child.isConnected()) child.send({ ask: 'own-metrics', id } satisfies FromParent)
  const figures = await Promise.race([promise, sleep(ANSWER_WITHIN_MS, undefined)])
  child.off('message', listener)
  return figures
}
