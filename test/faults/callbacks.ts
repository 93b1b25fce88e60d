// The callbacks of the fault test's Twilio: early, late, repeated, out of order, and sometimes forged or
// for unknown messages.
import { setTimeout as sleep } from 'node:timers/promises'
import { newSid, type Taken, type TwilioPeer } from '../twilio.ts'

/** How many callbacks of each kind were sent, and how many had an unexpected answer. */
export type Told = Record<Kind | 'forged' | 'unknown', number> & { callbacks: number; wrong_answers: number }

/** When each callback is sent, in milliseconds after the message was accepted. */
const KINDS = {
  'in order': [20, 60],
  'before the answer': [0, 0],
  'out of order': [80, 20],
  doubled: [20, 20, 60, 60],
  late: [900, 1_500],
} satisfies Record<string, number[]>
type Kind = keyof typeof KINDS

const ONE_IN = { forged: 50, unknown: 50 }
const AT_ONCE = 24

export type Teller = {
  told: Told
  /** Starts the callbacks of a message. */
  tell(taken: Taken, last: 'delivered' | { ErrorCode: string }): void
  /** Resolves when all are sent. */
  done(): Promise<void>
}

export function teller(peer: TwilioPeer, random: () => number): Teller {
  const none = { 'in order': 0, 'before the answer': 0, 'out of order': 0, doubled: 0, late: 0, forged: 0, unknown: 0 }
  const told: Told = { ...none, callbacks: 0, wrong_answers: 0 }
  const telling = new Set<Promise<void>>()
  const waiting: (() => void)[] = []
  let busy = 0

  async function call(expected: number, calling: () => Promise<{ status: number }>): Promise<void> {
    if (busy >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve))
    busy++
    told.callbacks++
    const { status } = await calling().catch(() => ({ status: 0 }))
    if (status !== expected) told.wrong_answers++
    busy--
    waiting.shift()?.()
  }

  async function tellAll(taken: Taken, last: 'delivered' | { ErrorCode: string }): Promise<void> {
    const kinds = Object.keys(KINDS) as Kind[]
    const kind = kinds[Math.floor(random() * kinds.length)]!
    told[kind]++
    const times = KINDS[kind]
    const words = times.map((ms, n) => ({ ms, is_last: n >= times.length / 2 })).sort((a, b) => a.ms - b.ms)
    let now = 0
    for (const { ms, is_last } of words) {
      if (ms > now) await sleep(ms - now)
      now = Math.max(now, ms)
      await call(200, () => {
        if (!is_last) return peer.callBack(taken, 'sent')
        return last === 'delivered' ? peer.callBack(taken, 'delivered') : peer.callBack(taken, 'undelivered', last)
      })
    }
    if (random() * ONE_IN.forged < 1) {
      told.forged++
      await call(403, () => peer.callBack(taken, 'failed', { ErrorCode: '30003' }, { auth_token: 'made up' }))
    }
    if (random() * ONE_IN.unknown < 1) {
      told.unknown++
      const [callback] = (taken.callback as string).split('?')
      await call(200, () => peer.callBack({ ...taken, sid: newSid('SM'), callback: callback as string }, 'failed'))
    }
  }

  return {
    told,
    tell(taken, last) {
      const one = tellAll(taken, last).finally(() => telling.delete(one))
      telling.add(one)
    },
    async done() {
      while (telling.size) await Promise.all(telling)
    },
  }
}
