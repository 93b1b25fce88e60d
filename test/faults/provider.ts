// The Twilio of the fault test: three calls in ten fail, in every way that a call can; some recipients always fail.
import { type Fault, type TwilioPeer, twilioPeer } from '../twilio.ts'
import { type StatusCallbacks, statusCallbacks } from './callbacks.ts'

/** Decided by the number: the contact gets the message, or the reason why it never will. */
export type Outcome = 'reached' | '21211' | '21610' | '30003'

/** Every hundredth number is dead, also the first one, which is at the head of the queue. */
export const outcomeFor = (number: string): Outcome => {
  const n = Number(number.slice(-6))
  return n % 100 === 0 ? (['21211', '21610', '30003'] as const)[(n / 100) % 3]! : 'reached'
}

const FAULTS: Record<string, Fault> = {
  '429 with Retry-After': { status: 429, code: 20429, retry_after: '1' },
  '429': { status: 429, code: 20429 },
  '503': { status: 503, text: '<html>Service Unavailable</html>' },
  reset: 'reset',
  'reset when the message was received': 'reset after',
  timeout: 'timeout',
  'timeout when the message was received': 'timeout after',
}

export type Provider = {
  peer: TwilioPeer
  callbacks: StatusCallbacks
  /** How many calls failed, by kind. */
  faults: Record<string, number>
}

export async function faultyProvider(share: number, random: () => number): Promise<Provider> {
  const peer = await twilioPeer()
  const callbacks = statusCallbacks(peer, random)
  const faults: Record<string, number> = Object.fromEntries(Object.keys(FAULTS).map((name) => [name, 0]))
  peer.fault = (form) => {
    if (random() < share) {
      const name = Object.keys(FAULTS)[Math.floor(random() * Object.keys(FAULTS).length)]!
      const outcome = outcomeFor(form.get('To') ?? '')
      // A message that Twilio refuses is not accepted, whatever happens to the answer.
      const is_received = outcome === 'reached' || outcome === '30003'
      const fault = FAULTS[name]!
      faults[name] = faults[name]! + 1
      if (is_received || typeof fault === 'object') return fault
      return fault.startsWith('reset') ? 'reset' : 'timeout'
    }
    const outcome = outcomeFor(form.get('To') ?? '')
    return outcome === '21211' || outcome === '21610' ? { status: 400, code: Number(outcome) } : undefined
  }
  peer.onReceived = (received) => {
    const outcome = outcomeFor(received.to)
    callbacks.send(received, outcome === 'reached' ? 'delivered' : { ErrorCode: outcome })
  }
  return { peer, callbacks, faults }
}
