// Connects a command to the PostgreSQL that a live server already runs on the data directory.
import { realpathSync } from 'node:fs'
import type { Embedded } from '#db/embedded.ts'
import { DATABASE, passwordOf, USER } from './cluster.ts'
import { PORT } from './data.ts'
import { homeIn } from './location.ts'
import { shortPath } from './short-path.ts'

/** Returns the connection options. Throws if the directory has no database yet. */
export function runningEmbedded(directory: string): Embedded['options'] {
  const home = realpathSync(homeIn(realpathSync(directory)))
  return { host: shortPath(home), port: PORT, user: USER, password: passwordOf(home), database: DATABASE }
}
