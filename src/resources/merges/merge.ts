// Merges a lead into a user: the lead goes, and everything that belongs to it is the user's.
import { isDeepStrictEqual } from 'node:util'
import { lockDeliveriesOf } from '#delivery/move.ts'
import { ApiError, found } from '#http/errors.ts'
import { insertActivity, ofContact } from '#resources/contacts/activities-queries.ts'
import { addressIdentifies } from '#resources/contacts/address-queries.ts'
import { assertUnique } from '#resources/contacts/identity.ts'
import { insertMerge } from '#resources/contacts/merged-queries.ts'
import {
  findDuplicate,
  findWholeContact,
  lockIdentity,
  updateContactRow,
  type WholeContactRow,
} from '#resources/contacts/queries.ts'
import { presentContact } from '#resources/contacts/schema.ts'
import { contactEvents } from '#resources/contacts/topics.ts'
import { lockConversationsOf } from '#resources/conversations/move-queries.ts'
import { has } from '#versions/changes.ts'
import { atomically, ChangedMeanwhile, type Workspace } from '#workspaces/workspace.ts'
import { moveAll } from './move.ts'
import { enqueueLateMove } from './move-late.ts'
import { isSameEmail, isSamePhone, newEmailOf, type Pair, planMerge } from './plan.ts'
import { listMerged, type MergedRow } from './queries.ts'
import type { MergeRequest } from './schema.ts'

/** The ids of two contacts. */
export type MergeNames = { from: string; into: string }

/** The error of a merge that the rules forbid. */
class RefusedMerge extends ApiError {
  readonly reason: string

  constructor({ code, message }: Refusal) {
    super(400, 'invalid_merge', message)
    this.reason = code
  }
}

export type Refusal = { code: 'invalid_merge_role_pair' | 'no_shared_identifier'; message: string }

/** As `mergeContacts`, in a transaction of its own. A merge that is refused is an activity of the lead. */
export async function tryMerge(workspace: Workspace, request: MergeRequest): Promise<WholeContactRow> {
  try {
    return await atomically(workspace, (workspace) => mergeContacts(workspace, request))
  } catch (error) {
    const failure_reason = reasonOf(error)
    if (failure_reason)
      await insertActivity(workspace, {
        ...{ event_type: 'contact.merge_failed', contact_id: request.from, failure_reason },
        ...{ merge_source_id: request.from, merge_target_id: request.into },
      })
    throw error
  }
}

function reasonOf(error: unknown): string | undefined {
  if (error instanceof RefusedMerge) return error.reason
  return error instanceof ApiError && error.status === 409 ? 'duplicate_email' : undefined
}

/** @throws a 404 if one of the contacts is unknown, a 400 if they must not be merged, a 409 if another user has the email. */
async function mergeContacts(
  workspace: Workspace,
  { skip_duplicate_validation, ...names }: MergeRequest,
): Promise<WholeContactRow> {
  const pair = await findPair(workspace, names)
  const [refusal] = await refusalsOf(workspace, pair, skip_duplicate_validation === true)
  if (refusal) throw new RefusedMerge(refusal)
  await takeEmail(workspace, pair)
  return merge(workspace, pair, { keeps_email: false })
}

/** @throws a 409 if the user would get the email of another user */
export async function takeEmail(workspace: Workspace, pair: Pair): Promise<void> {
  const email = newEmailOf(pair)
  if (email) await assertUnique(workspace, { email }, pair.into.id)
}

/**
 * Merges the lead of a browser into the user who signs in there. An email that another user has is left out, so that nobody is
 * locked out.
 */
export async function mergeSignedIn(workspace: Workspace, names: MergeNames): Promise<WholeContactRow> {
  const pair = await findPair(workspace, names)
  const email = newEmailOf(pair)
  if (email) await lockIdentity(workspace, { email })
  return merge(workspace, pair, {
    keeps_email: email !== null && (await findDuplicate(workspace, { email }, pair.into.id)) !== undefined,
  })
}

/** Archived, deleted and merged contacts are not found. */
export async function findPair(workspace: Workspace, { from, into }: MergeNames): Promise<Pair> {
  return pairOf(await listMerged(workspace, [from, into]), { from, into })
}

function pairOf(rows: readonly MergedRow[], names: MergeNames): Pair {
  const named = (id: string) =>
    found(
      rows.find((row) => row.id === id),
      'Contact Not Found',
    )
  return { from: named(names.from), into: named(names.into) }
}

/** Returns why the contacts must not be merged; empty if they may be. */
export async function refusalsOf(workspace: Workspace, pair: Pair, skips_duplicates: boolean): Promise<Refusal[]> {
  const { from, into } = pair
  const refusals: Refusal[] = []
  if (from.role !== 'lead' || into.role !== 'user')
    refusals.push({
      code: 'invalid_merge_role_pair',
      message: 'Merging can only be performed on a lead into a user',
    })
  const needs_duplicates = !skips_duplicates && has(workspace, 'merges-need-duplicates')
  if (needs_duplicates && !(await shareIdentifier(workspace, pair)))
    refusals.push({
      code: 'no_shared_identifier',
      message:
        'Contacts can only be merged when they are duplicates (matching email or phone). Pass skip_duplicate_validation=true to override this check.',
    })
  return refusals
}

/** An address that only a page of a messenger said does not count: see decision 0022. External ids are never the same. */
async function shareIdentifier(workspace: Workspace, { from, into }: Pair): Promise<boolean> {
  const shared = [
    ...(isSameEmail(from, into) ? (['email'] as const) : []),
    ...(isSamePhone(from, into) ? (['phone'] as const) : []),
  ]
  for (const kind of shared) {
    const proves = (id: string) => addressIdentifies(workspace, id, kind)
    if ((await proves(from.id)) && (await proves(into.id))) return true
  }
  return false
}

/** What decides whether and how two contacts are merged. */
const DECISIVE = ['role', 'email', 'email_trusted', 'phone_key', 'phone_trusted'] as const

/**
 * Locks conversations, then deliveries, then contacts, as replies and settlements do. Whoever writes for the lead at this
 * moment has done so before, or finds that it was merged: see `heldContact` and `markReplied`.
 */
async function merge(workspace: Workspace, read: Pair, { keeps_email }: { keeps_email: boolean }) {
  const names = { from: read.from.id, into: read.into.id }
  await lockConversationsOf(workspace, names.from)
  await lockDeliveriesOf(workspace.sql, workspace.id, names.from)
  const pair = pairOf(await listMerged(workspace, [names.from, names.into], { locks: true }), names)
  const facts = ({ from, into }: Pair) => DECISIVE.map((column) => [from[column], into[column]])
  if (!isDeepStrictEqual(facts(pair), facts(read))) throw new ChangedMeanwhile('A contact was changed')

  await moveAll(workspace, names.from, names.into)
  await insertMerge(workspace, pair.from, names.into)
  await updateContactRow(workspace, names.into, planMerge(pair, { keeps_email }).changes)
  const merged = found(await findWholeContact(workspace, names.into), 'Contact Not Found')
  await contactEvents.emit(workspace, {
    topic: 'contact.merged',
    object_id: names.into,
    details: { merged_from: names.from },
    snapshot: () => ({ ...presentContact(merged), merged_from: { type: 'contact', id: names.from } }),
  })
  await insertActivity(workspace, {
    event_type: 'contact.merged',
    ...ofContact(merged),
    ...{ merge_source_id: names.from, merge_target_id: names.into },
  })
  await enqueueLateMove(workspace, names.from)
  return merged
}
