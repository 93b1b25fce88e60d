// What a screen shows instead of its content: there is none, it is loading, or it could not be read.
import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { CallError } from '../shared/call.ts'
import { Button } from './button.tsx'

export const Empty = ({ title, children }: { title: string; children?: ComponentChildren }) => (
  <div class="empty">
    <h2>{title}</h2>
    {children}
  </div>
)

/** Most answers come sooner; grey bars that flash would only distract. */
const LATE_MS = 200

/** Grey bars, after a moment. */
export function Loading({ rows = 6 }: { rows?: number }) {
  const [is_late, setLate] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), LATE_MS)
    return () => clearTimeout(timer)
  }, [])
  return (
    <div class="loading" role="status">
      <span class="unseen">Loading</span>
      {is_late && Array.from({ length: rows }, (_, n) => <span class="bar" key={n} />)}
    </div>
  )
}

/** The server's own words, what to look for in its log, and another try. */
export const Failure = ({ error, onAgain }: { error: Error; onAgain?(): void }) => {
  const { request_id } = error as Partial<CallError>
  return (
    <div class="failure" role="alert">
      <span>{error.message}</span>
      {request_id && <code class="quiet">{request_id}</code>}
      {onAgain && (
        <Button is_small onClick={onAgain}>
          Try again
        </Button>
      )}
    </div>
  )
}
