// A primary and a hot standby of the embedded PostgreSQL, for tests.
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { chmod, chown, mkdir, mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from '#db/connect.ts'
import { type Embedded, startEmbedded } from '#db/embedded.ts'
import { migrate } from '#db/migrate.ts'

const SETTINGS = { fsync: 'off', shared_buffers: '32MB' }

export type Pair = { primary: Embedded; standby: Embedded; remove(): Promise<void> }

/** The files of the primary are copied while it is stopped. */
export async function replicated(): Promise<Pair> {
  const directory = await mkdtemp(join(tmpdir(), 'interphone-replica-'))
  await chmod(directory, 0o711) // PostgreSQL runs as another account if the tests run as root.
  const of = (name: string) => join(directory, name)
  const before = await startEmbedded({ directory: of('primary'), settings: SETTINGS })
  const sql = connect({ ...before.options, max: 1 })
  await migrate(sql)
  await sql.end()
  await before.stop()
  await mkdir(of('standby'))
  execFileSync('cp', ['-a', before.directory, join(of('standby'), 'postgres')])
  const data = join(of('standby'), 'postgres', 'data')
  const { uid, gid } = await stat(data)
  writeFileSync(join(data, 'standby.signal'), '')
  await chown(join(data, 'standby.signal'), uid, gid)
  const primary = await startEmbedded({ directory: of('primary'), settings: SETTINGS })
  const { host, port, user, password } = primary.options
  const primary_conninfo = `host=${host} port=${port} user=${user} password=${password}`
  const standby = await startEmbedded({ directory: of('standby'), settings: { ...SETTINGS, primary_conninfo } })
  return {
    primary,
    standby,
    async remove() {
      await Promise.all([primary.stop(), standby.stop()])
      await rm(directory, { recursive: true, force: true, maxRetries: 20 })
    },
  }
}
