// When an article is published or unpublished by itself.
import { ApiError } from '#http/errors.ts'
import type { ArticleRow } from './queries.ts'
import type { ArticleRequest } from './schema.ts'

export type Schedule = Pick<ArticleRow, 'scheduled_publish_at' | 'scheduled_unpublish_at'>

const NONE: Schedule = { scheduled_publish_at: null, scheduled_unpublish_at: null }

type Field = keyof Schedule

/** An error that names its field. */
class FieldError extends ApiError {
  readonly field: Field

  constructor(field: Field, message: string) {
    super(400, 'parameter_invalid', message)
    this.field = field
  }

  override body(request_id: string) {
    const { code, message, field } = this
    return { type: 'error.list', request_id, errors: [{ code, field, message }] }
  }
}

/**
 * Returns the schedule after a request. A schedule replaces the other one. Publishing now ends a schedule to publish, and
 * unpublishing now one to unpublish. `was_published`: whether the article has ever been published.
 */
export function scheduleAfter(
  before: Schedule,
  request: Pick<ArticleRequest, Field | 'state'>,
  { now, was_published }: { now: Date; was_published: boolean },
): Schedule {
  const { state } = request
  const publish_at = timeIn('scheduled_publish_at', request.scheduled_publish_at, now)
  const unpublish_at = timeIn('scheduled_unpublish_at', request.scheduled_unpublish_at, now)
  if (publish_at && unpublish_at)
    throw new FieldError(
      'scheduled_unpublish_at',
      'Cannot set scheduled_publish_at and scheduled_unpublish_at in the same request',
    )
  if (publish_at && state === 'draft')
    throw new FieldError('scheduled_publish_at', 'Cannot schedule a publish while setting state to draft')
  if (unpublish_at && !was_published && state !== 'published')
    throw new FieldError(
      'scheduled_unpublish_at',
      'Cannot schedule unpublish for an article that has never been published',
    )
  if (publish_at) return { ...NONE, scheduled_publish_at: publish_at }
  if (unpublish_at) return { ...NONE, scheduled_unpublish_at: unpublish_at }
  return {
    scheduled_publish_at: publish_at === null || state === 'published' ? null : before.scheduled_publish_at,
    scheduled_unpublish_at: unpublish_at === null || state === 'draft' ? null : before.scheduled_unpublish_at,
  }
}

const ISO_8601 = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/i
const LATEST = Date.UTC(3000, 0)

/** A time without a zone is UTC. */
function timeIn(field: Field, text: string | null | undefined, now: Date): Date | null | undefined {
  if (text === null || text === undefined) return text
  const has_zone = /(?:Z|[+-]\d{2}:?\d{2})$/i.test(text.slice(10))
  const time = ISO_8601.test(text)
    ? new Date(has_zone ? text : `${text.replace(' ', 'T')}${text.length > 10 ? 'Z' : ''}`)
    : undefined
  if (!time || Number.isNaN(time.getTime())) throw new FieldError(field, `${field} must be a time in ISO 8601 format`)
  if (time.getTime() >= LATEST) throw new FieldError(field, `${field} must be before the year 3000`)
  if (time <= now) throw new FieldError(field, `${field} must be in the future`)
  return time
}
