// A note over the wire. It has the contact or the company that it is about.
import { type Static, Type } from 'typebox'
import { PageOf } from '#http/lists.ts'
import { epoch, Id, Nullable, named } from '#http/types.ts'
import { AdminSummary, TeamIds, TeamPriorityLevel } from '#resources/references.ts'
import type { NoteRow } from './queries.ts'

const NoteAuthor = named(
  'note_author',
  Type.Object({
    ...AdminSummary.properties,
    away_status_reason_id: Nullable(Type.Integer()),
    has_inbox_seat: Type.Boolean(),
    team_ids: TeamIds,
    team_priority_level: TeamPriorityLevel,
  }),
)

export const Note = named(
  'note',
  Type.Object({
    type: Type.Literal('note'),
    id: Type.String(),
    created_at: Type.Integer(),
    contact: Type.Optional(Type.Object({ type: Type.Literal('contact'), id: Type.String() })),
    company: Type.Optional(Type.Object({ type: Type.Literal('company'), id: Type.String() })),
    author: NoteAuthor,
    body: Type.String({ description: 'HTML.' }),
  }),
)

export const NoteList = named('note_list', PageOf(Note))

/** In characters. */
export const MAX_NOTE = 250_000

export const NoteRequest = named(
  'note_request',
  Type.Object({
    body: Type.String({ maxLength: MAX_NOTE, description: 'HTML, or plain text.' }),
    admin_id: Type.Optional(Nullable(Id)),
    contact_id: Type.Optional(Type.Unknown({ description: 'Not read: the path names the contact.' })),
  }),
)
export type NoteRequest = Static<typeof NoteRequest>

export const presentNote = (note: NoteRow): Static<typeof Note> => ({
  type: 'note',
  id: note.id,
  created_at: epoch(note.created_at),
  ...(note.object_type === 'company'
    ? { company: { type: 'company', id: note.object_id } }
    : { contact: { type: 'contact', id: note.object_id } }),
  author: note.author,
  body: note.body,
})
