// Bulk jobs while the server is killed again and again: at the end each job has ended, and each item was carried out once.
import { setTimeout as sleep } from 'node:timers/promises'
import { type ServerProcess, serverProcess } from '../server-process.ts'
import { randomNumbers } from './killer.ts'

export type BulkOptions = { seed: number; requests: number; kills: number; longest_pause_ms: number }

export type BulkReport = Awaited<ReturnType<typeof crashBulk>>

const ITEMS = 100
const PATIENCE_MS = 15 * 60_000

/** The same contacts are created by two jobs: of each, one creates it and the other is refused. */
export async function crashBulk({ seed, requests, kills, longest_pause_ms }: BulkOptions) {
  const server = await serverProcess()
  const random = randomNumbers(seed)
  const revival = setInterval(server.start, 100)
  try {
    await server.ready()
    const started = Date.now()
    const jobs: string[] = []
    for (let number = 0; number < requests; number++) jobs.push(await startJob(server, number >> 1))
    const killed = { running: 0, done: 0 }
    for (let kill = 0; kill < kills; kill++) {
      await untilRunning(server, jobs)
      await sleep(random() * longest_pause_ms)
      await server.kill()
      server.start()
      await server.ready()
      killed[(await stateOf(server, jobs.at(-1)!)) === 'running' ? 'running' : 'done']++
    }
    const states = await untilEnded(server, jobs)
    const seconds = (Date.now() - started) / 1000
    let refused = 0
    for (const id of jobs) refused += (await ask<Counted>(server, `/extensions/jobs/${id}/errors`)).total_count
    const { total_count: contacts } = await ask<Counted>(server, '/contacts?per_page=1')
    return { seed, items: requests * ITEMS, kills, killed, seconds, states, contacts, refused }
  } finally {
    clearInterval(revival)
    await server.remove()
  }
}

type Counted = { total_count: number }
type Shown = { id: string; state: string; tasks: { state: string }[] }

async function ask<Result>({ url, token }: ServerProcess, path: string, body?: object): Promise<Result> {
  const headers = { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) }
  const answer = await fetch(url + path, { ...(body && { method: 'POST', body: JSON.stringify(body) }), headers })
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  return (await answer.json()) as Result
}

async function startJob(server: ServerProcess, part: number): Promise<string> {
  const contacts = Array.from({ length: ITEMS }, (_, number) => ({ external_id: `${part} ${number}` }))
  return (await ask<Shown>(server, '/contacts/bulk', { contacts })).id
}

const stateOf = async (server: ServerProcess, id: string) => (await ask<Shown>(server, `/contacts/bulk/${id}`)).state

/** Waits until another task has begun: after a kill, a few seconds. */
async function untilRunning(server: ServerProcess, jobs: string[]): Promise<void> {
  const until = Date.now() + PATIENCE_MS
  const started = async () => {
    const shown = await Promise.all(jobs.map((id) => ask<Shown>(server, `/contacts/bulk/${id}`)))
    return shown.filter(({ tasks }) => tasks[0]?.state !== 'pending').length
  }
  const before = await started()
  while ((await started()) === before && before < jobs.length && Date.now() < until) await sleep(50)
}

async function untilEnded(server: ServerProcess, jobs: string[]): Promise<Record<string, number>> {
  const until = Date.now() + PATIENCE_MS
  const states: Record<string, number> = {}
  for (const id of jobs) {
    let state = await stateOf(server, id)
    while (state === 'running' && Date.now() < until) {
      await sleep(250)
      state = await stateOf(server, id)
    }
    states[state] = (states[state] ?? 0) + 1
  }
  return states
}

export const isOnce = ({ items, contacts, refused, states }: BulkReport): boolean =>
  contacts === items / 2 && refused === items / 2 && !states['running']

export const bulkLines = (report: BulkReport): string[] => [
  `${report.items} items in bulk jobs, seed ${report.seed}: all ended after ${report.seconds.toFixed(0)} s`,
  `killed -9: the server ${report.kills} times (${report.killed.running} while jobs ran, ${report.killed.done} after)`,
  `jobs: ${JSON.stringify(report.states)}`,
  `contacts: ${report.contacts}; items refused, because another had made their contact: ${report.refused}`,
]
