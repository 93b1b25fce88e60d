// Who else is in a conversation, and what they do there. Nothing of it is kept: it is told again and again.
import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { call } from '../../../shared/call.ts'
import { session } from '../../../shared/session.ts'
import { type Change, onChange } from '../../../shared/stream.ts'
import { now } from '../../../shared/time.ts'

export type Activity = 'reading' | 'writing'

type Seen = { admin_id: string; conversation_id: string; activity: Activity; at: number }

const TOLD_EVERY_MS = 20_000
/** Somebody of whom nothing was heard for so long has gone, although no word of it came. */
const GONE_AFTER_SECONDS = 45

const seen = signal<readonly Seen[]>([])

/** Returns the others that are in the conversation now. */
export const othersIn = (id: string): Seen[] =>
  seen.value.filter(({ conversation_id, at }) => conversation_id === id && now.value - at < GONE_AFTER_SECONDS)

onChange(({ topic, id, conversation_id }: Change) => {
  const [what, activity] = topic.split('.')
  if (what !== 'teammate' || !conversation_id || id === session.value?.admin.id) return
  const others = seen.value.filter((one) => one.admin_id !== id || one.conversation_id !== conversation_id)
  const here = { admin_id: id, conversation_id, activity: activity as Activity, at: Math.floor(Date.now() / 1000) }
  seen.value = activity === 'left' ? others : [...others, here]
})

/** Tells the others what one does here, for as long as the conversation is open. */
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

/** If it fails, the next one comes soon. */
function tell(id: string, activity: Activity | 'left'): void {
  call(`POST /extensions/inbox/conversations/${id}/presence`, { body: { activity }, keepalive: true }).catch(() => {})
}
