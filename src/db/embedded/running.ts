// The PostgreSQL that a live server already runs on a data directory, for a command that only wants to use it.
import { realpathSync } from 'node:fs'
import type { Embedded } from '#db/embedded.ts'
import { DATABASE, passwordOf, USER } from './cluster.ts'
import { PORT } from './data.ts'
import { homeIn } from './location.ts'
import { shortPath } from './short-path.ts'

/** How to connect to it; throws where there is no database in the directory (yet). */
export function runningEmbedded(directory: string): Embedded['options'] {
  const home = realpathSync(homeIn(realpathSync(directory)))
  return { host: shortPath(home), port: PORT, user: USER, password: passwordOf(home), database: DATABASE }
}
