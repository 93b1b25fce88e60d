// Tells others that there is something to do: at once within this process; other processes hear of it by one NOTIFY for
// many rings, sent outside of any transaction because a NOTIFY in each would make commits queue up.
import { randomUUID } from 'node:crypto'
import { EventEmitter } from 'node:events'
import type { Pool } from '#db/sql.ts'

const COALESCED_FOR_MS = 20
/** What this process announced, it has heard already. */
const US = randomUUID()

export type Bell = {
  /** Rung after the commit that made something to do. */
  ring(): void
  /** Calls `listener` whenever it was rung in this process; returns what ends that. */
  onRing(listener: () => void): () => void
  /** Passes the word on to other processes. Returns what ends that. */
  announce(sql: Pool): () => void
  /** Hears what other processes announce. */
  onAnnouncement(sql: Pool, listener: () => void): Promise<{ unlisten(): Promise<void> }>
}

/** Nobody must rely on being rung for: who waits for something also looks by itself from time to time. */
export function bell(channel: string): Bell {
  const rings = new EventEmitter().setMaxListeners(0)

  const onRing: Bell['onRing'] = (listener) => {
    rings.on('ring', listener)
    return () => void rings.off('ring', listener)
  }

  return {
    ring: () => void rings.emit('ring'),
    onRing,
    announce(sql) {
      let announcing = false
      return onRing(() => {
        if (announcing) return
        announcing = true
        setTimeout(() => {
          announcing = false
          sql.notify(channel, US).catch(() => {})
        }, COALESCED_FOR_MS)
      })
    },
    onAnnouncement: (sql, listener) => sql.listen(channel, (from) => from !== US && listener()),
  }
}
