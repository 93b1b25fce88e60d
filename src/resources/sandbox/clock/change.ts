// Sets a workspace's clock. When it moves forward, so do the retries of deliveries and webhooks, the expiry of idempotency
// keys, the end of snoozes, the targets of SLAs, and the schedules of articles.
import { bringForward } from '#delivery/bring-forward.ts'
import { invalid, missing } from '#http/errors.ts'
import { ageKeys } from '#http/queries.ts'
import { fromEpoch } from '#http/types.ts'
import { publishDueIn } from '#resources/articles/publish-due.ts'
import type { Saving } from '#resources/articles/save.ts'
import { passTimeIn } from '#resources/conversations/slas/pass-time.ts'
import { unsnoozeDueIn } from '#resources/conversations/state/unsnooze.ts'
import { bringWebhooksForward } from '#resources/webhooks/send/queries.ts'
import { type Clock, SERVER_CLOCK, timeOn } from '#workspaces/clock.ts'
import { lockClock, setClock } from '#workspaces/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type ClockRequest, LATEST_TIME } from './schema.ts'

export type ClockChange = { clock: Clock; woken: number }

/** Two concurrent advances both take effect. */
export async function changeClock(workspace: Workspace, request: ClockRequest, saving: Saving): Promise<ClockChange> {
  const given = Object.values(request).filter((value) => value !== undefined)
  if (given.length === 0) throw missing('One of freeze_at, advance_seconds and reset is required')
  if (given.length > 1) throw invalid('Only one of freeze_at, advance_seconds and reset can be given')
  const before = await lockClock(workspace.sql, workspace.id)
  const real = new Date()
  const clock = clockAfter(before, request, real)
  if (timeOn(clock, real) > fromEpoch(LATEST_TIME)) throw invalid('The clock cannot be set beyond the year 2100')
  await setClock(workspace.sql, workspace.id, clock)

  const passed_ms = timeOn(clock, real).getTime() - timeOn(before, real).getTime()
  if (passed_ms > 0 && !request.reset) {
    await bringForward(workspace, passed_ms)
    await bringWebhooksForward(workspace, passed_ms)
    await ageKeys(workspace, passed_ms)
  }
  const changed = { ...workspace, now: () => timeOn(clock, real) }
  const woken = await unsnoozeDueIn(changed)
  await passTimeIn(changed)
  await publishDueIn(changed, saving)
  return { clock, woken }
}

/** Returns the clock after a request. `real` is the server's own time. */
export function clockAfter(clock: Clock, { freeze_at, advance_seconds, reset }: ClockRequest, real: Date): Clock {
  if (reset) return SERVER_CLOCK
  if (freeze_at !== undefined) {
    return { ...SERVER_CLOCK, clock_frozen_at: freeze_at === 'now' ? timeOn(clock, real) : fromEpoch(freeze_at) }
  }
  const seconds = advance_seconds ?? 0
  if (!clock.clock_frozen_at) return { ...clock, clock_ahead_seconds: clock.clock_ahead_seconds + seconds }
  return { ...clock, clock_frozen_at: new Date(clock.clock_frozen_at.getTime() + seconds * 1000) }
}
