// A client of the crash test: sends one message after another and counts the results.
import { Agent } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Answer, post, type Target } from './post.ts'

/** The results of all clients together. Messages are identified by their subjects. */
export type Account = {
  /** Answered 200: subject to message id. */
  accepted: Map<string, string>
  /** Subjects of requests that may have reached the server, without an answer. */
  unanswered: Set<string>
  /** Requests that were sent again with their Idempotency-Key, before or after an answer. */
  repeated: number
  /** Subjects whose repetition was answered with another message. */
  answered_twice: string[]
  wrong_answers: string[]
  /** When requests answered with 200 were sent and answered, in milliseconds. */
  answers: [sent: number, answered: number][]
}

export const newAccount = (): Account => ({
  accepted: new Map(),
  unanswered: new Set(),
  repeated: 0,
  answered_twice: [],
  wrong_answers: [],
  answers: [],
})

type Options = Target & {
  account: Account
  name: string
  contacts: string[]
  /** Every message has an Idempotency-Key, and is sent until it is answered. */
  has_keys: boolean
  /** Starts no new message. */
  stop: AbortSignal
}

const PAUSE_MS = 20
const AFTER_TROUBLE_MS = 100
/** After this many messages, a client with keys repeats a request that was already answered. */
const ASKS_AGAIN_EVERY = 5

export async function runClient({ account, name, contacts, has_keys, stop, ...target }: Options): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  for (let count = 0; !stop.aborted; count++) {
    const subject = `${name}-${count}`
    const contact = contacts[count % contacts.length]!
    const ask = () => post(agent, target, { subject, contact, key: has_keys ? subject : undefined })
    const first = await send(account, ask, { subject, has_keys })
    if (first.is === 'accepted' && has_keys && count % ASKS_AGAIN_EVERY === 0) {
      account.repeated++
      const second = await ask()
      if (second.is === 'accepted' && second.id !== first.id) account.answered_twice.push(subject)
      if (second.is === 'wrong') account.wrong_answers.push(second.text)
    }
    await sleep(PAUSE_MS)
  }
  agent.destroy()
}

/** Without a key, a message that may have reached the server is not sent again, because it could be created twice. */
async function send(
  account: Account,
  ask: () => Promise<Answer>,
  { subject, has_keys }: { subject: string; has_keys: boolean },
): Promise<Answer> {
  for (;;) {
    const sent = Date.now()
    const answer = await ask()
    if (answer.is === 'accepted') {
      account.accepted.set(subject, answer.id)
      account.answers.push([sent, Date.now()])
      return answer
    }
    await sleep(AFTER_TROUBLE_MS)
    if (answer.is === 'wrong') account.wrong_answers.push(answer.text)
    if (answer.is === 'wrong' || (answer.is === 'unanswered' && !has_keys)) {
      account.unanswered.add(subject)
      return answer
    }
    if (answer.is === 'unanswered') account.repeated++
  }
}
