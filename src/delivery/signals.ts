// Signals that there is work: at once within this process, and to other processes by PostgreSQL's NOTIFY, one for many
// signals. The NOTIFY is sent outside of transactions, because a NOTIFY in each transaction serialises the commits.
import { randomUUID } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { sessionsOf } from '#db/pooler.ts'
import type { Pool } from '#db/sql.ts'

const COALESCE_MS = 20
/** Behind a connection pooler notifications do not arrive, so that listeners look this often. */
const POLL_EVERY_MS = 150
/** Lets a process ignore its own notifications. */
const THIS_PROCESS = randomUUID()

export type Signal = {
  /** Call it after the commit that created the work. */
  notify(): void
  /** Calls `listener` whenever this process notifies. Returns a function that ends that. */
  onNotify(listener: () => void): () => void
  /** Forwards this process's notifications to other processes. Returns a function that ends that. */
  forward(sql: Pool): () => void
  /** Calls `listener` when another process notifies. */
  listen(sql: Pool, listener: () => void): Promise<{ unlisten(): Promise<void> }>
}

/** A signal is a hint and can be lost: listeners must also poll. */
export function signal(channel: string): Signal {
  const emitter = new EventEmitter().setMaxListeners(0)

  const onNotify: Signal['onNotify'] = (listener) => {
    emitter.on('notify', listener)
    return () => void emitter.off('notify', listener)
  }

  return {
    notify: () => void emitter.emit('notify'),
    onNotify,
    forward(sql) {
      let scheduled = false
      return onNotify(() => {
        if (scheduled) return
        scheduled = true
        setTimeout(() => {
          scheduled = false
          sql.notify(channel, THIS_PROCESS).catch(() => {})
        }, COALESCE_MS)
      })
    },
    async listen(sql, listener) {
      const sessions = sessionsOf(sql)
      if (sessions) return sessions.listen(channel, (from) => from !== THIS_PROCESS && listener())
      const timer = setInterval(listener, POLL_EVERY_MS)
      return { unlisten: async () => clearInterval(timer) }
    },
  }
}

/** There is a delivery for the worker to send. `forward` is for a process without a worker; workers also poll every second. */
export const workerSignal = signal('interphone_deliveries')
export const notifyWorker = workerSignal.notify

/** An in-app delivery has become available to messengers. */
export const messengerSignal = signal('interphone_messengers')

/** A broadcast is due. Other processes poll every second. */
export const broadcastSignal = signal('interphone_broadcasts')
