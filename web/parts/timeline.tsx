// What happened, in order: each with a mark, a heading, a time, and what there is to say of it.
import type { ComponentChildren } from 'preact'
import { clockTime, exactTime } from '../shared/time.ts'

export type Happening = { at: number; title: ComponentChildren; children?: ComponentChildren }

export const Timeline = ({ list }: { list: Happening[] }) => (
  <ol class="timeline">
    {list.map(({ at, title, children }, n) => (
      <li key={n}>
        <div class="timeline-title">
          {title}
          <time title={exactTime(at)} dateTime={new Date(at * 1000).toISOString()}>
            {clockTime(at)}
          </time>
        </div>
        {children && <div class="timeline-body">{children}</div>}
      </li>
    ))}
  </ol>
)
