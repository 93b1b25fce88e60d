// The status of a delivery, or of an answer by HTTP: a shape, so that colour is not all that tells them apart, and a word.
import type { ComponentChildren } from 'preact'

type Look = { shape: ComponentChildren; tone: 'quiet' | 'good' | 'bad' | 'warn' }

const RING = <circle cx="4" cy="4" r="3" fill="none" stroke="currentColor" stroke-width="1.5" />
const DISC = <circle cx="4" cy="4" r="4" />
const LOOKS: Record<string, Look> = {
  queued: { shape: RING, tone: 'quiet' },
  sent: {
    shape: (
      <>
        {RING}
        <path d="M4 4V1a3 3 0 0 1 3 3z" />
      </>
    ),
    tone: 'quiet',
  },
  delivered: { shape: DISC, tone: 'good' },
  read: {
    shape: (
      <>
        {DISC}
        <circle cx="14" cy="4" r="4" />
      </>
    ),
    tone: 'good',
  },
  failed: { shape: <path d="M4 0l4 4-4 4-4-4z" />, tone: 'bad' },
}

/** `word: false` where a row has no room: the shape stays, and screen readers still get the word. */
export function Status({ status, word = true }: { status: string; word?: boolean }) {
  const { shape, tone } = LOOKS[status] ?? { shape: RING, tone: 'quiet' }
  return <Mark {...{ shape, tone, text: status, word }} />
}

const DIAMOND = <path d="M4 0l4 4-4 4-4-4z" />
const TRIANGLE = <path d="M4 0l4 8H0z" />

/** The status of an answer: 2xx and 3xx, 4xx, or 5xx and none. */
export function HttpStatus({ status }: { status: number | null }) {
  const text = status ? String(status) : 'none'
  if (status && status < 400) return <Mark shape={DISC} tone="good" text={text} word />
  if (status && status < 500) return <Mark shape={TRIANGLE} tone="warn" text={text} word />
  return <Mark shape={DIAMOND} tone="bad" text={text} word />
}

/** Any other state, in its words. */
export const Mark = ({ shape = DISC, tone, text, word = true }: Partial<Look> & { text: string; word?: boolean }) => (
  <span class={`status ${tone ?? 'quiet'}`} title={word ? undefined : text}>
    <svg viewBox={`0 0 ${text === 'read' ? 18 : 8} 8`} aria-hidden="true">
      {shape}
    </svg>
    <span class={word ? undefined : 'unseen'}>{text}</span>
  </span>
)
