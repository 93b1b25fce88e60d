// The release before the last migration and this one at once on one database, as in a rolling upgrade: both answer, and messages,
// broadcasts and webhooks of both arrive once, whichever sends them.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ServerProcess, serverProcess } from '../server-process.ts'
import { cluster } from './cluster.ts'
import type { Row } from './run.ts'

const ROOT = new URL('../..', import.meta.url).pathname
const ROUNDS = 60
const RECIPIENTS = 40
const PATIENCE_MS = 60_000

const git = (...args: string[]) => execFileSync('git', ['-C', ROOT, ...args], { encoding: 'utf8' }).trim()

/** Checks out the commit before the one that added the last migration. */
function previousRelease() {
  const [added = ''] = git('log', '--diff-filter=A', '--format=%H', '--', 'migrations').split('\n')
  const directory = join(mkdtempSync(join(tmpdir(), 'interphone-release-')), 'tree')
  git('worktree', 'add', '--detach', directory, `${added}^`)
  symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'))
  return {
    main: join(directory, 'src/main.ts'),
    commit: git('rev-parse', '--short', `${added}^`),
    remove() {
      git('worktree', 'remove', '--force', directory)
      rmSync(join(directory, '..'), { recursive: true, force: true })
    },
  }
}

export async function releases(): Promise<Row[]> {
  const nodes = await cluster()
  const previous = previousRelease()
  const environment = {
    DATABASE_URL: nodes.url(nodes.primary, nodes.standby),
    INTERPHONE_SECRET_KEY: 'a secret of thirty-two characters.',
  }
  const old = await serverProcess({ environment, main: previous.main })
  const current = await serverProcess({ environment, token: old.token })
  const servers = [old, current]
  const statuses: Record<string, number> = {}

  // biome-ignore lint/suspicious/noExplicitAny: reads whatever shape an answer has
  async function call({ url, token }: ServerProcess, method: string, path: string, body?: object): Promise<any> {
    const answer = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    statuses[answer.status] = (statuses[answer.status] ?? 0) + 1
    if (!answer.ok) process.stderr.write(`${method} ${path}: ${answer.status} ${text}\n`)
    return text ? JSON.parse(text) : undefined
  }
  async function until<Result>(ask: () => Promise<Result>, is: (result: Result) => boolean): Promise<Result> {
    const deadline = performance.now() + PATIENCE_MS
    for (;;) {
      const result = await ask()
      if (is(result) || performance.now() > deadline) return result
      await sleep(200)
    }
  }

  try {
    old.start()
    await old.ready(60_000)
    const { id: admin } = await call(old, 'GET', '/me')
    const subscription = await call(old, 'POST', '/extensions/webhook_subscriptions', {
      url: null,
      topics: ['contact.user.created'],
    })
    const recipients: string[] = []
    for (let n = 0; n < RECIPIENTS; n++) {
      const phone = `+1202555${String(1_000 + n)}`
      recipients.push((await call(old, 'POST', '/contacts', { external_id: `r${n}`, phone })).id)
    }
    const broadcast = (server: ServerProcess) =>
      call(server, 'POST', '/extensions/broadcasts', {
        message_type: 'whatsapp',
        template: 'order_update',
        components: [{ type: 'BODY', parameters: [{ type: 'text', text: 'there' }] }],
        audience: { contact_ids: recipients },
      })
    const broadcasts = [await broadcast(old)]
    // The new one migrates while the old one works.
    current.start()
    const migrating = current.ready(60_000)
    const messages: string[] = []
    let over = false
    const load = async (server: ServerProcess, name: string) => {
      for (let n = 0; n < ROUNDS || !over; n++) {
        const { id } = await call(server, 'POST', '/contacts', {
          external_id: `${name}${n}`,
          email: `${name}${n}@example.com`,
        })
        const message = await call(server, 'POST', '/messages', {
          ...{ message_type: 'email', subject: 'Hello', body: 'Hello', template: 'plain' },
          ...{ from: { type: 'admin', id: admin }, to: { type: 'user', id } },
        })
        messages.push(message.id)
        await call(server, 'GET', '/contacts')
        await call(server, 'POST', '/contacts/search', {
          query: { field: 'external_id', operator: '=', value: `${name}${n}` },
        })
      }
    }
    const loads = [load(old, 'old')]
    await migrating
    loads.push(load(current, 'new'))
    broadcasts.push(await broadcast(current), await broadcast(old))
    await sleep(2_000)
    over = true
    await Promise.all(loads)
    const counted = await until(
      () => call(old, 'GET', '/extensions/deliveries?status=queued'),
      ({ total_count }) => total_count === 0,
    )
    const delivered = await call(current, 'GET', '/extensions/sandbox/messages?channel=email&per_page=1')
    const finished = await Promise.all(
      broadcasts.map(({ id }) =>
        until(
          () => call(current, 'GET', `/extensions/broadcasts/${id}`),
          ({ state }) => state === 'completed',
        ),
      ),
    )
    const created = RECIPIENTS + messages.length
    const notified = await until(
      () => call(old, 'GET', `/extensions/sandbox/webhooks?subscription_id=${subscription.id}&per_page=1`),
      ({ total_count }) => total_count >= created,
    )
    const wrong = Object.keys(statuses).filter((status) => !status.startsWith('2'))
    const reached = finished.map(({ state, counts }) => `${state} ${counts.accepted}`)
    return [
      {
        what: `answers of ${previous.commit} and of this release`,
        goal: '200 and 202',
        seen: JSON.stringify(statuses),
        holds: wrong.length === 0,
      },
      {
        what: 'messages delivered once',
        goal: `${messages.length}`,
        seen: `${delivered.total_count}, ${counted.total_count} queued`,
        holds: delivered.total_count === messages.length && counted.total_count === 0,
      },
      {
        what: 'broadcasts of both',
        goal: `completed ${RECIPIENTS}, each`,
        seen: reached.join(', '),
        holds: reached.every((one) => one === `completed ${RECIPIENTS}`),
      },
      {
        what: 'webhooks, one for each event',
        goal: `${created}`,
        seen: `${notified.total_count}`,
        holds: notified.total_count === created,
      },
    ]
  } finally {
    for (const server of servers) await server.remove()
    previous.remove()
    nodes.remove()
  }
}
