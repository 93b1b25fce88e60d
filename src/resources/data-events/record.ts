// Records what a contact did, or how often.
import { badRequest, found, invalid, missing } from '#http/errors.ts'
import { fromEpoch } from '#http/types.ts'
import { heldContact } from '#resources/contacts/hold-queries.ts'
import { type ContactName, findSender } from '#resources/contacts/named.ts'
import type { ContactRow } from '#resources/contacts/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type Metadata, readMetadata } from './metadata.ts'
import { addKeys, countNames, findKeys, insertEvent, lockNames, type Summary, setSummary } from './queries.ts'
import { type EventRequest, presentCreated, type SummariesRequest } from './schema.ts'
import { dataEventEvents } from './topics.ts'

/** As at Intercom. */
const MAX_NAMES = 120
const MAX_NAME_LENGTH = 255
const KEPT_KEYS = 10

/** A duplicate, with the same contact, name and second, changes nothing. @throws a 404 if the contact is unknown */
export async function recordEvent(workspace: Workspace, request: EventRequest): Promise<void> {
  const name = readName(request.event_name)
  if (request.created_at === undefined) throw missing('created_at is a required parameter')
  const { id, user_id, email } = request
  const given = readMetadata(request.metadata ?? {})
  const contact = await heldContact(workspace, (await personOf(workspace, { id, user_id, email })).id)
  const metadata = pick(given, await keptKeys(workspace, name, Object.keys(given)))
  const created_at = fromEpoch(request.created_at)
  const event = await insertEvent(workspace, { contact_id: contact.id, name, metadata, created_at })
  if (!event) return
  await dataEventEvents.emit(workspace, {
    topic: 'event.created',
    object_id: event.public_id,
    snapshot: () => presentCreated(event, contact),
  })
}

/** A lead is only named by its id. @throws a 400 if nobody is named, a 404 if nobody is found */
export async function personOf(workspace: Workspace, name: ContactName): Promise<ContactRow> {
  const contact = await findSender(workspace, name)
  return found(name.id === undefined && contact.role === 'lead' ? undefined : contact, 'User Not Found')
}

function readName(name: string | undefined): string {
  if (!name?.trim()) throw missing('event_name is a required parameter')
  if (name.length > MAX_NAME_LENGTH) throw invalid(`event_name must not have more than ${MAX_NAME_LENGTH} characters`)
  return name
}

const pick = (metadata: Metadata, keys: readonly string[]): Metadata =>
  Object.fromEntries(Object.entries(metadata).filter(([key]) => keys.includes(key)))

/** Of each name, the first keys that were ever sent are kept. A usual event only reads them. */
async function keptKeys(workspace: Workspace, name: string, keys: string[]): Promise<string[]> {
  const kept = await findKeys(workspace, name)
  if (kept && (kept.length >= KEPT_KEYS || keys.every((key) => kept.includes(key)))) return kept
  if (!kept) await assertRoomForName(workspace, name)
  return addKeys(workspace, name, keys, KEPT_KEYS)
}

async function assertRoomForName(workspace: Workspace, name: string) {
  await lockNames(workspace)
  if ((await findKeys(workspace, name)) || (await countNames(workspace)) < MAX_NAMES) return
  throw badRequest('custom_data_limit_reached', `There are ${MAX_NAMES} event names already: use one of them`)
}

/** Replaces how often a contact did something: for what happened before a workspace sent events. */
export async function recordSummaries(workspace: Workspace, request: SummariesRequest): Promise<void> {
  const { user_id, event_summaries } = request
  if (user_id === undefined) throw missing('user_id is a required parameter')
  if (event_summaries === undefined) throw missing('event_summaries is a required parameter')
  const summaries = [event_summaries].flat().map((summary) => readSummary(workspace, summary))
  const { id } = await heldContact(workspace, (await personOf(workspace, { user_id })).id)
  for (const summary of summaries) {
    await keptKeys(workspace, summary.name, [])
    await setSummary(workspace, id, summary)
  }
}

type GivenSummary = NonNullable<Exclude<SummariesRequest['event_summaries'], unknown[]>>

function readSummary(workspace: Workspace, { event_name, count = 1, first, last }: GivenSummary): Summary {
  const name = readName(event_name)
  const latest = last ?? first
  const times = {
    last: latest === undefined ? workspace.now() : fromEpoch(latest),
    first: first === undefined ? undefined : fromEpoch(first),
  }
  if (times.first && times.first > times.last) throw invalid('event_summaries.first must not be after last')
  return { name, count, first: times.first ?? times.last, last: times.last }
}
