// Which other teammates have a conversation open, and whether they write. It is not stored: each page repeats it.
import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { call } from '../../../shared/call.ts'
import { session } from '../../../shared/session.ts'
import { type Change, onChange } from '../../../shared/stream.ts'
import { now } from '../../../shared/time.ts'

export type Activity = 'reading' | 'writing'

type Seen = { admin_id: string; conversation_id: string; activity: Activity; at: number }

const TOLD_EVERY_MS = 20_000
/** A teammate whose page has said nothing for this long has left. */
const GONE_AFTER_SECONDS = 45

const seen = signal<readonly Seen[]>([])

/** Returns the other teammates who have the conversation open now. */
export const othersIn = (id: string): Seen[] =>
  seen.value.filter(({ conversation_id, at }) => conversation_id === id && now.value - at < GONE_AFTER_SECONDS)

onChange(({ topic, id, conversation_id }: Change) => {
  const [what, activity] = topic.split('.')
  if (what !== 'teammate' || !conversation_id || id === session.value?.admin.id) return
  const others = seen.value.filter((one) => one.admin_id !== id || one.conversation_id !== conversation_id)
  const here = { admin_id: id, conversation_id, activity: activity as Activity, at: Math.floor(Date.now() / 1000) }
  seen.value = activity === 'left' ? others : [...others, here]
})

/** Tells the other teammates what this one does, for as long as the conversation is open. */
export function usePresence(id: string, activity: Activity): void {
  useEffect(() => {
    tell(id, activity)
    const timer = setInterval(() => tell(id, activity), TOLD_EVERY_MS)
    return () => clearInterval(timer)
  }, [id, activity])
  useEffect(() => {
    const leave = () => tell(id, 'left')
    window.addEventListener('pagehide', leave)
    return () => {
      window.removeEventListener('pagehide', leave)
      leave()
    }
  }, [id])
}

/** A call that fails is not repeated: the next one follows within seconds. */
function tell(id: string, activity: Activity | 'left'): void {
  call(`POST /extensions/inbox/conversations/${id}/presence`, { body: { activity }, keepalive: true }).catch(() => {})
}
