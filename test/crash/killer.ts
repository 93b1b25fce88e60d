// Kills the server and its PostgreSQL in turn, at random moments that are repeatable by a seed.
import { setTimeout as sleep } from 'node:timers/promises'
import type { ServerProcess } from '../server-process.ts'

export type Kill = { victim: 'server' | 'postgres'; at: number }

/** Returns a generator of random numbers from 0 to 1, the same for the same seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Most kills come when everything runs; some during the recovery from the one before. */
const HITS_THE_FALLEN = 0.25
const SHORTEST_PAUSE_MS = 200
const LONGEST_PAUSE_MS = 2_500

/** The server is restarted at once; the server restarts PostgreSQL. */
export async function killUntil(
  server: ServerProcess,
  random: () => number,
  enough: (kills: number, since_ms: number) => boolean,
): Promise<Kill[]> {
  const kills: Kill[] = []
  const started = Date.now()
  while (!enough(kills.length, Date.now() - started)) {
    if (random() > HITS_THE_FALLEN) await server.ready()
    await sleep(SHORTEST_PAUSE_MS + random() * (LONGEST_PAUSE_MS - SHORTEST_PAUSE_MS))
    const victim = kills.at(-1)?.victim === 'server' ? 'postgres' : 'server'
    if (victim === 'server') {
      await server.kill()
      server.start()
    } else {
      while (!server.killPostgres()) await sleep(20)
    }
    kills.push({ victim, at: Date.now() })
  }
  return kills
}
