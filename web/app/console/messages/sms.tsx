// An SMS as phones get it: its encoding, its segments, and when one more character would cost another.
import { Facts } from '../../../parts/facts.tsx'
import type { CapturedDetail } from '../types.ts'

export function Sms({ message: { sms, text } }: { message: CapturedDetail }) {
  if (!sms) return <p>{text}</p>
  const { encoding, segments, room } = sms
  return (
    <div class="sms">
      {segments.map((segment, n) => (
        <p key={n} class="bubble" dir="auto">
          {segment}
        </p>
      ))}
      <Facts
        rows={[
          ['Encoding', encoding],
          ['Segments', String(segments.length)],
          ['Room left', room ? `${room} characters in the last segment` : 'None: one more character adds a segment'],
        ]}
      />
    </div>
  )
}
