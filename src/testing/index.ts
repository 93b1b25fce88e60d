// The library for test suites: `import { startInterphone } from 'interphone'`. It starts a server in a process of its own, so that
// it works in every test runner, and imports nothing of the server.
import { type ChildProcess, fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

export type StartOptions = {
  /** Fills the first workspace with the demo. Default: false. */
  demo?: boolean
  /** Fills the first workspace from a seed file (its path), or from the contents of one. See docs/guides/seed.md. */
  seed?: string | Record<string, readonly object[]>
  /** Keeps the data there. Default: a directory that is removed at the end. */
  data_dir?: string
  /** Default: one that is free. */
  port?: number
  /** More settings, by their names in docs/settings.md. */
  settings?: Record<string, string>
  /** Gets the lines that the server writes. Default: those of errors go to stderr. */
  onLog?: (line: string) => void
}

/** How a captured message would have been sent. See `GET /extensions/sandbox/messages`. */
export type CapturedMessage = {
  id: string
  message_id: string
  delivery_id: string
  conversation_id: string
  contact_id: string
  channel: 'email' | 'sms' | 'whatsapp' | 'inapp'
  status: 'queued' | 'sent' | 'delivered' | 'read' | 'failed'
  from: string
  to: string
  subject: string | null
  rendered: { text?: string; html?: string; [member: string]: unknown }
  captured_at: number
}

/** What a message must be like: all of the given members. A RegExp is tried on the text, or the HTML without it. */
export type Match = {
  channel?: CapturedMessage['channel']
  to?: string
  subject?: string | RegExp
  text?: string | RegExp
  conversation_id?: string
  contact_id?: string
}

/** What a contact writes. Without `channel`, on that of what is answered. */
export type Reply = {
  body: string
  to?: CapturedMessage
  to_conversation?: string
  channel?: CapturedMessage['channel']
  contact?: { id?: string; user_id?: string; email?: string; phone?: string; name?: string }
  subject?: string
}

export type Workspace = {
  id: string
  url: string
  /** For an SDK or an `Authorization: Bearer` header. */
  token: string
  admin_id: string
  /** Calls the API. @throws Error with the answer if its status is not 2xx */
  call<Answer = unknown>(method: string, path: string, body?: unknown): Promise<Answer>
  /** Empties it, disarms faults, and resets its clock. */
  reset(): Promise<void>
  /** The captured messages, newest first. */
  messages(match?: Match): Promise<CapturedMessage[]>
  /** Resolves to the newest message that matches; waits for one. @throws after `timeout_ms` (default: 5,000) */
  waitForMessage(match?: Match, options?: { timeout_ms?: number }): Promise<CapturedMessage>
  /** A contact writes, as if the provider of the channel had delivered it. */
  reply(reply: Reply): Promise<{ outcome: string; conversation_id: string | null; part_ids: string[] }>
  /** Moves the clock: snoozes end, retries and schedules become due. */
  advance(seconds: number): Promise<void>
}

export type Interphone = Workspace & {
  /** Creates an empty workspace with a token of its own, such as one for each test. */
  workspace(name?: string): Promise<Workspace>
  /** Ends the server, and removes its data. */
  close(): Promise<void>
}

/** The program of a checkout, or of the package. */
const PROGRAM = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../main.ts' : '../../bin/interphone.js', import.meta.url),
)
/** The first start of a machine creates a database. */
const START_WITHIN_MS = 60_000
const POLL_EVERY_MS = 25

/** Starts a server. It also ends when the process that started it does. */
export async function startInterphone(options: StartOptions = {}): Promise<Interphone> {
  const { demo = false, data_dir, port, settings = {}, onLog, seed } = options
  const token = settings['INTERPHONE_TOKEN'] ?? randomBytes(24).toString('base64url')
  const flags = [
    ...['serve', '--stop-with-parent', '--port', String(port ?? 0), '--token', token],
    ...(data_dir ? [] : ['--ephemeral']),
    ...(seed === undefined ? [] : ['--seed', typeof seed === 'string' ? seed : '-']),
  ]
  const environment = { ...process.env, INTERPHONE_DEMO: demo ? '1' : '0', LOG_LEVEL: 'warn', ...settings }
  const child = fork(PROGRAM, flags, {
    env: { ...environment, ...(data_dir && { INTERPHONE_DATA_DIR: data_dir }) },
    execArgv: [],
    stdio: [seed === undefined || typeof seed === 'string' ? 'ignore' : 'pipe', 'pipe', 'pipe', 'ipc'],
  })
  child.stdin?.on('error', () => {})
  child.stdin?.end(JSON.stringify(seed))
  const errors: string[] = []
  child.stdout?.on('data', (text) => onLog?.(String(text)))
  child.stderr?.on('data', (text) => {
    errors.push(String(text))
    if (onLog) onLog(String(text))
    else process.stderr.write(text)
  })
  const url = await ready(child, errors)
  child.unref()
  for (const stream of [child.stdout, child.stderr, child.channel])
    (stream as { unref?: () => void } | null | undefined)?.unref?.()
  const interphone = await connectInterphone({ url, token })
  return { ...interphone, close: () => end(child) }
}

/** Uses a server that runs already, such as one that a global set-up has started. `close` does nothing. */
export async function connectInterphone({ url, token }: { url: string; token: string }): Promise<Interphone> {
  const call = caller(url, token)
  const me = await call<{ id: string; app: { id_code: string } }>('GET', '/me')
  const first = workspaceOf({ id: me.app.id_code, url, token, admin_id: me.id })
  return {
    ...first,
    async workspace(name) {
      const body = name === undefined ? {} : { name }
      const made = await call<{ id: string; token: string; admin_id: string }>('POST', '/extensions/workspaces', body)
      return workspaceOf({ ...made, url })
    },
    close: async () => {},
  }
}

/** Resolves to the URL. */
const ready = (child: ChildProcess, errors: readonly string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    const failed = (why: string) => {
      child.kill('SIGKILL')
      reject(new Error([`Interphone did not start: ${why}`, ...errors].join('\n').trim()))
    }
    const timer = setTimeout(() => failed(`no answer within ${START_WITHIN_MS / 1000} s`), START_WITHIN_MS)
    const settle = (work: () => void) => {
      clearTimeout(timer)
      child.removeAllListeners('exit')
      work()
    }
    child.once('error', (error) => settle(() => failed(error.message)))
    child.once('exit', (code) => settle(() => failed(`exit code ${code}`)))
    child.once('message', (message) => settle(() => resolve((message as { url: string }).url)))
  })

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.ref()
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await ended
}

const caller = (url: string, token: string): Workspace['call'] =>
  async function call<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
    const headers = {
      authorization: `Bearer ${token}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    }
    const answer = await fetch(url + path, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path} was answered with ${answer.status}: ${text}`)
    return (text ? JSON.parse(text) : undefined) as Answer
  }

function workspaceOf({ id, url, token, admin_id }: Pick<Workspace, 'id' | 'url' | 'token' | 'admin_id'>): Workspace {
  const call = caller(url, token)

  async function messages(match: Match = {}): Promise<CapturedMessage[]> {
    const query = new URLSearchParams({ per_page: '150' })
    if (match.channel) query.set('channel', match.channel)
    if (match.to) query.set('to', match.to)
    const { data } = await call<{ data: CapturedMessage[] }>('GET', `/extensions/sandbox/messages?${query}`)
    return data.filter((message) => matches(message, match))
  }

  return {
    ...{ id, url, token, admin_id, call, messages },
    reset: async () => void (await call('POST', '/extensions/sandbox/reset')),
    async waitForMessage(match = {}, { timeout_ms = 5_000 } = {}) {
      const until = Date.now() + timeout_ms
      for (;;) {
        const [message] = await messages(match)
        if (message) return message
        if (Date.now() > until) throw new Error(await notFound(match, await messages()))
        await sleep(POLL_EVERY_MS)
      }
    },
    reply: ({ to, ...reply }) =>
      call('POST', '/extensions/sandbox/replies', { ...reply, ...(to && { to_message: to.message_id }) }),
    advance: async (seconds) => void (await call('POST', '/extensions/sandbox/clock', { advance_seconds: seconds })),
  }
}

function matches(message: CapturedMessage, { subject, text, conversation_id, contact_id }: Match): boolean {
  const { rendered } = message
  return (
    (conversation_id === undefined || message.conversation_id === conversation_id) &&
    (contact_id === undefined || message.contact_id === contact_id) &&
    fits(message.subject ?? '', subject) &&
    fits(rendered.text ?? rendered.html ?? JSON.stringify(rendered), text)
  )
}

const fits = (text: string, wanted: string | RegExp | undefined): boolean =>
  wanted === undefined || (typeof wanted === 'string' ? text.includes(wanted) : new RegExp(wanted).test(text))

async function notFound(match: Match, captured: readonly CapturedMessage[]): Promise<string> {
  const wanted = Object.entries(match).map(([name, value]) => `${name} ${value}`)
  const shown = captured.slice(0, 10).map(({ channel, to, subject }) => `  ${channel} to ${to}: ${subject ?? ''}`)
  return [
    `No message came with ${wanted.join(', ') || 'anything'}.`,
    ...(shown.length ? ['Captured were:', ...shown] : ['Nothing was captured.']),
  ].join('\n')
}
