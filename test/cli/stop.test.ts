// Every way of stopping a running server: five seconds later no process is left, and nothing is lost.
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, rmSync, utimesSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { copyOf } from '#db/embedded/binaries.ts'
import { pidFile } from '#db/embedded/data.ts'
import { running } from '#db/embedded/processes.ts'
import { freePort } from '#lib/free-port.ts'
import { smtpSink } from '../smtp-sink.ts'
import { dataDirectory, launch, PROJECT, type Program, start } from './program.ts'
import { allGone, CTRL_BACKSLASH, CTRL_C, npmSettings, processesOf, READY, terminal } from './terminal.ts'

const directory = dataDirectory()
const data = join(directory, 'postgres', 'data')
const port = await freePort()
const url = `http://127.0.0.1:${port}`
const token = 'a-token-for-stopping'
const settings = { ...npmSettings({ home: dataDirectory(), directory, port }), INTERPHONE_TOKEN: token }

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever shape an answer has, and asserts on it
async function call(path: string, body?: object): Promise<any> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const answer = await fetch(url + path, { headers, ...(body && { method: 'POST', body: JSON.stringify(body) }) })
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  return answer.json()
}

const expected: string[] = []

/** Creates a tag, and checks that the tags of all earlier runs exist. */
async function tag(name: string) {
  await call('/tags', { name })
  expected.push(name)
  const { data } = await call('/tags')
  assert.deepEqual(
    data.map((tag: { name: string }) => tag.name),
    expected,
  )
}

const npmStart = () => terminal('npm start', settings)

async function ready<Server extends Program>(server: Server): Promise<Server> {
  await server.says(READY)
  return server
}

/** Checks that a process ends in time, with this code. */
async function endsWith(code: number, server: Program) {
  await allGone(directory)
  assert.equal((await server.ended).code, code, server.out())
  assert.equal(server.out().split('Stopping.').length, 2, server.out())
  assert.ok(!existsSync(join(data, 'postmaster.pid')), 'PostgreSQL did not end in order')
}

describe('npm start in a terminal', () => {
  for (const times of [1, 2, 10]) {
    test(`ends by Ctrl-C, typed ${times === 1 ? 'once' : `${times} times`}`, async () => {
      const server = await ready(npmStart())
      await tag(`Ctrl-C ${times}`)
      server.type(CTRL_C.repeat(times))
      await endsWith(0, server)
    })
  }

  test('ends by Ctrl-C, typed again during the stop', async () => {
    const server = await ready(npmStart())
    const slow = slowRequest('typed again')
    await slow.begun
    for (let times = 0; times < 10; times++) {
      server.type(CTRL_C)
      await sleep(50)
    }
    assert.equal(await slow.finish(), 200)
    expected.push('typed again')
    await endsWith(0, server)
  })

  test('ends when the terminal is closed', async () => {
    const server = await ready(npmStart())
    await tag('closed')
    server.hangUp()
    await allGone(directory)
    assert.ok(!existsSync(join(data, 'postmaster.pid')), 'PostgreSQL did not end in order')
  })

  test('ends by Ctrl-\\', async () => {
    const server = await ready(npmStart())
    await tag('quit')
    server.type(CTRL_BACKSLASH)
    await allGone(directory)
    assert.ok(!existsSync(join(data, 'postmaster.pid')), 'PostgreSQL did not end in order')
  })

  test('takes over from a server that was killed, and ends by Ctrl-C', async () => {
    const killed = await ready(start(['serve'], settings))
    await tag('killed')
    await killed.end('SIGKILL')
    assert.ok(running(data).length > 0)
    const server = await ready(npmStart())
    await tag('taken over')
    server.type(CTRL_C + CTRL_C)
    await endsWith(0, server)
  })
})

describe('npm start without a terminal', () => {
  const npm = (group: boolean) => launch('npm', ['start'], settings, { detached: group })

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    test(`ends by ${signal} to npm`, async () => {
      const server = await ready(npm(false))
      await tag(`${signal} to npm`)
      server.child.kill(signal)
      await endsWith(0, server)
    })

    test(`ends by ${signal} to the process group, which then arrives twice`, async () => {
      const server = await ready(npm(true))
      await tag(`${signal} to the group`)
      process.kill(-server.child.pid!, signal)
      process.kill(-server.child.pid!, signal)
      await endsWith(0, server)
    })
  }

  test('ends by every other signal to the process group', async () => {
    for (const signal of ['SIGHUP', 'SIGQUIT', 'SIGUSR2', 'SIGALRM'] as const) {
      const server = await ready(npm(true))
      await tag(`${signal} to the group`)
      process.kill(-server.child.pid!, signal)
      await allGone(directory)
      assert.ok(!existsSync(join(data, 'postmaster.pid')), signal)
    }
  })

  test('ends when npm is killed', async () => {
    const server = await ready(npm(false))
    await tag('npm was killed')
    server.child.kill('SIGKILL')
    await allGone(directory)
    assert.ok(!existsSync(join(data, 'postmaster.pid')), 'PostgreSQL did not end in order')
  })
})

test('node main.ts serve continues when the program that started it ends', async () => {
  const script = `node src/main.ts serve & echo; wait`
  const shell = launch('sh', ['-c', script], settings)
  await shell.says(READY)
  shell.child.kill('SIGKILL')
  await sleep(1_000)
  await tag('without a parent')
  const [pid] = processesOf(directory).filter((process) => process.includes('main.ts serve'))
  process.kill(Number.parseInt(pid!, 10), 'SIGTERM')
  await allGone(directory)
})

test('npm run dev restarts when a file changes, and ends by Ctrl-C', async () => {
  const server = await ready(terminal('npm run dev', settings))
  await tag('dev')
  utimesSync(join(PROJECT, 'src/main.ts'), new Date(), new Date())
  await server.says(/Ctrl-C stops it[\s\S]*Stopping\.[\s\S]*Ctrl-C stops it/)
  await tag('dev again')
  server.type(CTRL_C + CTRL_C)
  await allGone(directory)
  assert.ok(!existsSync(join(data, 'postmaster.pid')), 'PostgreSQL did not end in order')
})

/** Starts a POST and sends only its beginning. */
function slowRequest(name: string) {
  const body = JSON.stringify({ name })
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'content-length': body.length,
  }
  const outgoing = request(`${url}/tags`, { method: 'POST', headers })
  const answered = new Promise<number | undefined>((resolve, reject) => {
    outgoing.on('response', (answer) => resolve(answer.resume().statusCode)).on('error', reject)
  })
  answered.catch(() => {})
  return {
    begun: new Promise<void>((resolve) => outgoing.write(body.slice(0, 5), () => setTimeout(resolve, 100))),
    finish: () => {
      outgoing.end(body.slice(5))
      return answered
    },
  }
}

describe('during its work', () => {
  test('it finishes requests, ends streams, and each accepted message is sent once', async (t) => {
    const sink = await smtpSink()
    t.after(sink.close)
    const withMail = { ...settings, SMTP_URL: sink.url, EMAIL_FROM: 'us@example.com' }
    const server = await ready(terminal('npm start', withMail))
    await tag('working')
    const { app, id } = await call('/me')
    const contact = await call('/contacts', { role: 'user', email: 'reader@example.net' })
    const session = await call('/extensions/messenger/sessions', { app_id: app.id_code, user_id: 'customer-1' })
    const stream = await fetch(`${url}/extensions/messenger/stream?session=${session.token}`)
    const streamed = stream.text().catch(() => 'cut')

    const accepted: string[] = []
    const post = async (from: number): Promise<void> => {
      for (let n = from; ; n++) {
        const subject = `Letter ${n}`
        await call('/messages', {
          ...{ message_type: 'email', template: 'plain', subject, body: 'Hello' },
          ...{ from: { type: 'admin', id }, to: { type: 'user', id: contact.id } },
        })
        accepted.push(subject)
      }
    }
    const posting = Array.from({ length: 8 }, (_, n) => assert.rejects(post(n * 100_000)))
    while (accepted.length < 100 || sink.received.length === 0) await sleep(5)
    server.type(CTRL_C + CTRL_C)
    await endsWith(0, server)
    await Promise.all(posting)
    assert.notEqual(await streamed, 'cut')

    const again = await ready(terminal('npm start', withMail))
    await tag('working again')
    const sent = () => sink.received.map(({ mail }) => mail.subject ?? '')
    for (const deadline = Date.now() + 20_000; sent().length < accepted.length && Date.now() < deadline; )
      await sleep(50)
    assert.deepEqual(sent().toSorted(), accepted.toSorted())
    again.type(CTRL_C)
    await endsWith(0, again)
  })

  test('it stops in time although PostgreSQL hangs, says so, and has all data at the next start', async () => {
    const server = await ready(start(['serve'], settings))
    await tag('frozen')
    for (const pid of running(data)) process.kill(pid, 'SIGSTOP')
    const stuck = assert.rejects(call('/tags', { name: 'never answered' }))
    const { code, err, ms } = await server.end('SIGTERM')
    assert.ok(ms < 5_000, `${ms} ms`)
    assert.equal(code, 1)
    assert.match(err, /^Not finished after 4 s: the rest is aborted\. Everything that was answered is stored\.$/m)
    await allGone(directory, 0)
    await stuck
    const again = await ready(npmStart())
    await tag('thawed')
    again.type(CTRL_C)
    await endsWith(0, again)
  })
})

test('rm -rf of the data directory removes everything', async () => {
  const home = dataDirectory()
  const server = await ready(terminal('npm start', { ...settings, HOME: home, TMPDIR: home }))
  const postmaster = pidFile(data)[0]
  const segments = () =>
    existsSync('/proc/sysvipc/shm')
      ? readFileSync('/proc/sysvipc/shm', 'utf8')
          .split('\n')
          .filter((line) => line.trim().split(/\s+/)[4] === postmaster)
      : []
  if (process.platform === 'linux') assert.equal(segments().length, 1)
  server.type(CTRL_C)
  await endsWith(0, server)
  rmSync(directory, { recursive: true })
  const left = readdirSync(home).filter((name) => !['.npm', 'node-compile-cache'].includes(name)) // npm's own
  assert.deepEqual(left, [])
  assert.deepEqual(segments(), [])
  assert.ok(!existsSync(copyOf(directory)))
})
