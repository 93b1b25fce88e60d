// Registers calls of a phone provider, and matches them with the calls of their numbers.
import { conflict, invalid, missing } from '#http/errors.ts'
import { e164 } from '#lib/phone.ts'
import type { CallRow } from '#resources/calls/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type FinVoiceRow, findRegistered, insertFinVoiceCall, lockPhone, matchPhone } from './queries.ts'
import type { FinVoiceRequest } from './schema.ts'

/** @throws a 409 if the call is registered */
export async function registerCall(workspace: Workspace, request: FinVoiceRequest): Promise<FinVoiceRow> {
  const { phone_number, call_id, source = 'aws_connect', data = null } = request ?? {}
  if (!phone_number?.trim()) throw missing('phone_number is required')
  if (!call_id?.trim()) throw missing('call_id is required')
  const phone = e164(phone_number)
  if (!phone) throw invalid('phone_number must be a number with its country code')
  await lockPhone(workspace, phone)
  const registered = await insertFinVoiceCall(workspace, { external_call_id: call_id, source, phone, data })
  if (!registered) throw conflict('The call is already registered')
  await matchPhone(workspace, phone)
  return findRegistered(workspace, registered.id)
}

/** Matches a new call, or one that has another number now. */
export async function matchCall(workspace: Workspace, { phone }: Pick<CallRow, 'phone'>): Promise<void> {
  if (!phone) return
  await lockPhone(workspace, phone)
  await matchPhone(workspace, phone)
}
