// Writes in a conversation: an answer, a note, or as the contact. What is written stays in this browser until it is sent.
import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { Button } from '../../../parts/button.tsx'
import { toast } from '../../../parts/toast.tsx'
import { call } from '../../../shared/call.ts'
import { session } from '../../../shared/session.ts'
import type { Conversation } from '../types.ts'
import { usePresence } from './presence.ts'

const SIDES = [
  { value: 'comment', label: 'Reply' },
  { value: 'note', label: 'Note' },
  { value: 'contact', label: 'As the contact' },
] as const
type Side = (typeof SIDES)[number]['value']

/** After this time without a key, the teammate only reads. */
const WRITING_MS = 10_000

const draftOf = (id: string) => `draft ${id}`

export function Composer({ conversation, again }: { conversation: Conversation; again(): void }) {
  const { id } = conversation
  const [side, setSide] = useState<Side>('comment')
  const [text, setText] = useState(() => localStorage.getItem(draftOf(id)) ?? '')
  const [is_busy, setBusy] = useState(false)
  const [typed_at, setTypedAt] = useState(0)
  /** The newest answer of another teammate when this text was begun. */
  const [known, setKnown] = useState<string>()
  const [was_warned, setWarned] = useState(false)
  const is_writing = useRecent(typed_at, WRITING_MS)
  // A note is for teammates: they need not wait for it.
  usePresence(id, is_writing && side === 'comment' ? 'writing' : 'reading')
  const newest = newestOfOthers(conversation)
  const has_crossed = text !== '' && side === 'comment' && known !== undefined && newest !== known
  const write = (words: string) => {
    if (!text) {
      setKnown(newest)
      setWarned(false)
    }
    setTypedAt(words ? Date.now() : 0)
    setText(words)
    if (words) localStorage.setItem(draftOf(id), words)
    else localStorage.removeItem(draftOf(id))
  }
  const send = async () => {
    if (!text.trim() || is_busy) return
    if (has_crossed && !was_warned) return setWarned(true)
    setBusy(true)
    try {
      await post(conversation, side, text)
      write('')
      again()
    } catch (error) {
      toast((error as Error).message, 'bad')
    } finally {
      setBusy(false)
    }
  }
  const press = (event: JSX.TargetedKeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
    event.preventDefault()
    void send()
  }
  return (
    <form
      class={`composer ${side}`}
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      <span class="segments">
        {SIDES.map(({ value, label }) => (
          <button type="button" key={value} aria-pressed={side === value} onClick={() => setSide(value)}>
            {label}
          </button>
        ))}
      </span>
      <textarea
        aria-label={SIDES.find(({ value }) => value === side)?.label}
        placeholder={side === 'note' ? 'Only teammates see a note' : 'Write…'}
        value={text}
        rows={3}
        dir="auto"
        onInput={({ currentTarget }) => write(currentTarget.value)}
        onKeyDown={press}
      />
      {has_crossed && (
        <p class="crossed" role="alert">
          Somebody has answered while you wrote. Read it above first.
        </p>
      )}
      <div class="actions">
        <Button kind="primary" type="submit" is_busy={is_busy} title="Ctrl or ⌘ with ↵">
          {side === 'note' ? 'Add the note' : has_crossed ? 'Send anyway' : 'Send'}
        </Button>
      </div>
    </form>
  )
}

/** Returns the id of the newest answer of another teammate, or ''. */
function newestOfOthers({ conversation_parts }: Conversation): string {
  const own = session.value!.admin.id
  const answers = conversation_parts.conversation_parts.filter(
    ({ part_type, author, body }) => part_type === 'comment' && body && author.type === 'admin' && author.id !== own,
  )
  return answers.at(-1)?.id ?? ''
}

/** Returns whether `at` (Unix milliseconds) is no longer ago than `for_ms`; renders again when that ends. */
function useRecent(at: number, for_ms: number): boolean {
  const [, draw] = useState(0)
  useEffect(() => {
    const timer = setTimeout(() => draw(at), Math.max(at + for_ms - Date.now(), 0) + 10)
    return () => clearTimeout(timer)
  }, [at, for_ms])
  return Date.now() - at < for_ms
}

function post({ id, contacts }: Conversation, side: Side, text: string): Promise<unknown> {
  if (side === 'contact') {
    const [first] = contacts.contacts
    const body = { to_conversation: id, body: text, ...(first && { contact: { id: first.id } }) }
    return call('POST /extensions/sandbox/replies', { body })
  }
  const admin_id = session.value!.admin.id
  return call(`POST /conversations/${id}/reply`, { body: { message_type: side, type: 'admin', admin_id, body: text } })
}
