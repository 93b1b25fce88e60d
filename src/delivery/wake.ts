// Tells the worker that there is something to deliver: at once within this process; other processes hear of it by one
// NOTIFY for many messages, sent outside of any transaction because a NOTIFY in each would make commits queue up.
import { EventEmitter } from 'node:events'
import type { Pool } from '#db/sql.ts'

const CHANNEL = 'interphone_deliveries'
const COALESCED_FOR_MS = 20

const bell = new EventEmitter()

/** Rung after a commit that queued deliveries. */
export const wake = (): void => void bell.emit('work')

/** Calls `listener` whenever something was queued in this process; returns what ends that. */
export function onWake(listener: () => void): () => void {
  bell.on('work', listener)
  return () => void bell.off('work', listener)
}

/** For a process without a worker: passes the word on to those that have one. Returns what ends that. */
export function announce(sql: Pool): () => void {
  let announcing = false
  return onWake(() => {
    if (announcing) return
    announcing = true
    setTimeout(() => {
      announcing = false
      sql.notify(CHANNEL, '').catch(() => {}) // Workers look by themselves every second.
    }, COALESCED_FOR_MS)
  })
}

/** Hears what other processes announce. */
export const onAnnouncement = (sql: Pool, listener: () => void) => sql.listen(CHANNEL, listener)
