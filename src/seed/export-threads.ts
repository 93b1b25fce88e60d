// How conversations and tickets are written into a seed file, with what was said in them.
import { toPlainText } from '#lib/html.ts'
import { contentTags, type Export, type Exporting, isNothing, plain, REFERENCE, refs } from './export-body.ts'
import type { Body } from './nouns.ts'

/** Who wrote a part, as a reply says it; undefined for bots. */
function authorOf({ author }: Body, { ref }: Exporting): Body | undefined {
  if (author.type === 'admin') return { type: 'admin', admin_id: ref('admin', author.id) }
  if (author.type === 'bot') return undefined
  return { type: 'user', intercom_user_id: ref('contact', author.id) }
}

/** A reply is not sent a second time. */
const SILENT = { skip_notifications: true }

const COMMENTS = new Set(['comment', 'note'])
const STATES = new Set(['close', 'open'])

function partOf(part: Body, exporting: Exporting): Body[] {
  const author = authorOf(part, exporting)
  const { part_type, body, created_at, assigned_to, redacted } = part
  if (!author || redacted) return []
  if (COMMENTS.has(part_type) && body)
    return [
      {
        message_type: part_type,
        ...author,
        body: author['admin_id'] ? body : written(body),
        created_at,
        ...(author['admin_id'] && part_type === 'comment' && SILENT),
      },
    ]
  if (!author['admin_id']) return []
  if (STATES.has(part_type)) return [{ message_type: part_type, ...author, ...(body && { body }) }]
  if (part_type !== 'assignment') return []
  const { type, id } = assigned_to ?? {}
  const assignee_id = id ? exporting.ref(type, id) : '0'
  return assignee_id
    ? [
        {
          message_type: 'assignment',
          type: type === 'team' ? 'team' : 'admin',
          admin_id: author['admin_id'],
          assignee_id,
        },
      ]
    : []
}

/** What a contact writes is plain text. */
const written = (html: string): string => toPlainText(html, { links: 'label' })

/** The options of a list have other ids elsewhere. */
function withLabels({ ticket_type_attributes }: Body, values: Body): Body {
  const labels = new Map<unknown, string>(
    ticket_type_attributes.data.flatMap(({ input_options }: Body) =>
      (input_options?.items ?? []).map(({ id, name }: Body) => [id, name]),
    ),
  )
  const labelled = (value: unknown) => labels.get(value) ?? value
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, Array.isArray(value) ? value.map(labelled) : labelled(value)]),
  )
}

export const THREAD_EXPORTS: Readonly<Record<string, Export>> = {
  conversations: {
    list: ({ all }) => all('GET /conversations?per_page=150', 'conversations'),
    only: ({ source }) =>
      source.delivered_as === 'customer_initiated' && /^(user|lead)$/.test(source.author.type) && !!source.body,
    async body({ id, source, created_at, title, priority, custom_attributes, tags }, exporting) {
      const { conversation_parts, contacts } = await exporting.show(`GET /conversations/${id}`)
      const update = {
        ...(title && { title }),
        ...(priority !== 'none' && { priority }),
        custom_attributes: plain(custom_attributes),
      }
      return {
        from: { type: source.author.type, id: exporting.ref('contact', source.author.id) },
        ...{ body: written(source.body), created_at, ...(source.subject && { subject: source.subject }) },
        contacts: refs(
          exporting,
          'contact',
          contacts.contacts.map(({ id }: Body) => id),
        )
          .filter((reference) => reference !== exporting.ref('contact', source.author.id))
          .map((intercom_user_id) => ({ customer: { intercom_user_id } })),
        parts: conversation_parts.conversation_parts.flatMap((part: Body) => partOf(part, exporting)),
        tags: contentTags(tags, exporting),
        update: Object.values(update).every(isNothing) ? undefined : update,
      }
    },
  },
  tickets: {
    list: ({ all }) => all('POST /tickets/search', 'tickets'),
    async body(ticket, exporting) {
      const { ticket_parts, contacts, ticket_type, ticket_state } = await exporting.show(`GET /tickets/${ticket['id']}`)
      const admin_assignee_id = exporting.ref('admin', ticket['admin_assignee_id'])
      const team_assignee_id = exporting.ref('team', ticket['team_assignee_id'])
      return {
        ticket_type_id: exporting.ref('ticket_type', ticket_type.id),
        contacts: refs(
          exporting,
          'contact',
          contacts.contacts.map(({ id }: Body) => id),
        ).map((id) => ({ id })),
        ...{
          ticket_attributes: withLabels(ticket_type, plain(ticket['ticket_attributes'])),
          created_at: ticket['created_at'],
          ...SILENT,
        },
        ...((admin_assignee_id || team_assignee_id) && { assignment: { admin_assignee_id, team_assignee_id } }),
        replies: ticket_parts.ticket_parts.flatMap((part: Body) =>
          COMMENTS.has(part['part_type']) ? partOf(part, exporting) : [],
        ),
        update:
          ticket_state.internal_label === 'Submitted'
            ? undefined
            : { ticket_state_id: `${REFERENCE}$ticket_state.${ticket_state.internal_label}`, ...SILENT },
      }
    },
  },
}
