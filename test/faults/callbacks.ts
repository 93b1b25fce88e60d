// The callbacks of the fault test's Twilio: early, late, repeated, out of order, and sometimes forged or
// for unknown messages.
import { setTimeout as sleep } from 'node:timers/promises'
import { newSid, type ReceivedMessage, type TwilioPeer } from '../twilio.ts'

/** How many callbacks of each kind were sent, and how many had an unexpected answer. */
export type CallbackCounts = Record<Kind | 'forged' | 'unknown', number> & { callbacks: number; wrong_answers: number }

/** When each callback is sent, in milliseconds after the message was accepted. */
const KINDS = {
  'in order': [20, 60],
  'before the answer': [0, 0],
  'out of order': [80, 20],
  repeated: [20, 20, 60, 60],
  late: [900, 1_500],
} satisfies Record<string, number[]>
type Kind = keyof typeof KINDS

const ONE_IN = { forged: 50, unknown: 50 }
const AT_ONCE = 24

export type StatusCallbacks = {
  callback_counts: CallbackCounts
  /** Starts the callbacks of a message. */
  send(received: ReceivedMessage, last: 'delivered' | { ErrorCode: string }): void
  /** Resolves when all are sent. */
  done(): Promise<void>
}

export function statusCallbacks(peer: TwilioPeer, random: () => number): StatusCallbacks {
  const none = { 'in order': 0, 'before the answer': 0, 'out of order': 0, repeated: 0, late: 0, forged: 0, unknown: 0 }
  const callback_counts: CallbackCounts = { ...none, callbacks: 0, wrong_answers: 0 }
  const running = new Set<Promise<void>>()
  const waiting: (() => void)[] = []
  let busy = 0

  async function call(expected: number, calling: () => Promise<{ status: number }>): Promise<void> {
    if (busy >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve))
    busy++
    callback_counts.callbacks++
    const { status } = await calling().catch(() => ({ status: 0 }))
    if (status !== expected) callback_counts.wrong_answers++
    busy--
    waiting.shift()?.()
  }

  async function sendAll(received: ReceivedMessage, last: 'delivered' | { ErrorCode: string }): Promise<void> {
    const kinds = Object.keys(KINDS) as Kind[]
    const kind = kinds[Math.floor(random() * kinds.length)]!
    callback_counts[kind]++
    const times = KINDS[kind]
    const callbacks = times.map((ms, n) => ({ ms, is_last: n >= times.length / 2 })).sort((a, b) => a.ms - b.ms)
    let now = 0
    for (const { ms, is_last } of callbacks) {
      if (ms > now) await sleep(ms - now)
      now = Math.max(now, ms)
      await call(200, () => {
        if (!is_last) return peer.callBack(received, 'sent')
        return last === 'delivered'
          ? peer.callBack(received, 'delivered')
          : peer.callBack(received, 'undelivered', last)
      })
    }
    if (random() * ONE_IN.forged < 1) {
      callback_counts.forged++
      await call(403, () => peer.callBack(received, 'failed', { ErrorCode: '30003' }, { auth_token: 'made up' }))
    }
    if (random() * ONE_IN.unknown < 1) {
      callback_counts.unknown++
      const [callback] = (received.callback as string).split('?')
      await call(200, () => peer.callBack({ ...received, sid: newSid('SM'), callback: callback as string }, 'failed'))
    }
  }

  return {
    callback_counts,
    send(received, last) {
      const one = sendAll(received, last).finally(() => running.delete(one))
      running.add(one)
    },
    async done() {
      while (running.size) await Promise.all(running)
    },
  }
}
