// Executes a data connector: makes its request, sends it, and stores the result with its event.
import { exceededBound } from '#lib/json-bounds.ts'
import type { EgressPolicy } from '#net/egress.ts'
import { FetchFailed, type SafeFetch, safeFetcher } from '#net/safe-fetch.ts'
import { findContact } from '#resources/contacts/queries.ts'
import { showConversation } from '#resources/conversations/list-queries.ts'
import { findFirstParticipant } from '#resources/conversations/participants/queries.ts'
import { placeholderValues } from '#resources/conversations/placeholder-values.ts'
import type { Server } from '#server.ts'
import { atomically, type Workspace } from '#workspaces/workspace.ts'
import type { Settings } from './queries.ts'
import { unsealedHeader } from './read.ts'
import { ExecutionFailed, redactedUrl, requestOf } from './request.ts'
import { insertResult, type NewResult, type ResultRow, type SourceType } from './results/queries.ts'
import { presentExecutionEvent } from './results/schema.ts'
import { theConnector } from './save.ts'
import { type StateVersion, settingsOf } from './schema.ts'
import { connectorEvents } from './topics.ts'

export type Execution = {
  connector_id: string
  /** Values by the names of the connector's inputs. */
  inputs: Record<string, unknown>
  /** Default: the first participant of the conversation. */
  contact_id?: string | undefined
  conversation_id?: string | undefined
  source_type?: SourceType | undefined
  source_id?: string | undefined
  /** Default: live. A draft is executed to try it. */
  state_version?: StateVersion | undefined
}

/** `response`: the answer's JSON, or its text; undefined without one. */
export type Executed = { result: ResultRow; response: unknown }

const TIMEOUT_MS = 15_000
const MAX_ANSWER_BYTES = 1024 * 1024
/** A longer body is stored cut. */
const MAX_STORED_CHARACTERS = 65_536

/**
 * Do not call it in a transaction: it waits for another server. A failed execution is a result, too.
 * @throws a 404 for an unknown connector
 */
export async function executeConnector(
  { secret, egress }: Pick<Server, 'secret' | 'egress'>,
  workspace: Workspace,
  execution: Execution,
): Promise<Executed> {
  const connector = await theConnector(workspace, execution.connector_id)
  const settings = settingsOf(connector, execution.state_version ?? 'live')
  const started = performance.now()
  const about: About = {
    data_connector_id: connector.id,
    http_method: settings.http_method,
    source_type: execution.source_type ?? null,
    source_id: execution.source_id ?? null,
    ...{ conversation_id: null, contact_id: null, admin_id: workspace.admin_id || null },
  }
  const outcome: Outcome = { success: false, http_status: null, request_url: null, request_body: null }
  try {
    if (execution.state_version !== 'draft' && !connector.live)
      throw new ExecutionFailed('request_configuration_error', 'The data connector is not live')
    const objects = await objectsOf(workspace, execution, settings, about)
    const request = requestOf(settings, { inputs: execution.inputs, objects, headers: opened(secret, settings) })
    Object.assign(outcome, { request_url: redactedUrl(request.url), request_body: request.body })
    await send(fetcher(egress), settings, request, outcome)
  } catch (error) {
    Object.assign(outcome, failureOf(error as Error))
  }
  const execution_time_ms = Math.round(performance.now() - started)
  return {
    result: await store(workspace, settings.name, { ...about, ...outcome, execution_time_ms }),
    response: outcome.response,
  }
}

const fetchers = new WeakMap<EgressPolicy, SafeFetch>()

/** One fetcher for all executions of a process, because each fetcher keeps its connections open. */
function fetcher(egress: EgressPolicy): SafeFetch {
  const made = fetchers.get(egress) ?? safeFetcher({ egress, any_port: true })
  fetchers.set(egress, made)
  return made
}

type About = Pick<
  NewResult,
  'data_connector_id' | 'http_method' | 'source_type' | 'source_id' | 'conversation_id' | 'contact_id' | 'admin_id'
>

type Outcome = Pick<NewResult, 'success' | 'http_status' | 'request_url' | 'request_body'> & {
  error_type?: NewResult['error_type']
  error_message?: string
  answer_text?: string
  response?: unknown
}

/** Fills in `about`. The conversation and the contact must be those of the workspace. */
async function objectsOf(workspace: Workspace, execution: Execution, settings: Settings, about: About) {
  const { contact_id, conversation_id } = execution
  const conversation = conversation_id === undefined ? undefined : await showConversation(workspace, conversation_id)
  if (conversation_id !== undefined && !conversation) throw noObject('conversation')
  const contact = contact_id
    ? await findContact(workspace, contact_id)
    : conversation && (await findFirstParticipant(workspace, conversation.id))
  if (contact_id !== undefined && !contact) throw noObject('contact')
  Object.assign(about, { conversation_id: conversation?.id ?? null, contact_id: contact?.id ?? null })
  assertMayUse(settings, contact?.role, about.source_type)
  return placeholderValues(workspace, { contact, conversation })
}

const noObject = (what: string) => new ExecutionFailed('request_validation_error', `There is no such ${what}`)

/** @throws if the connector is for others, or only for people who are known and the contact is not */
function assertMayUse(settings: Settings, role: 'user' | 'lead' | undefined, source_type: SourceType | null) {
  const { audiences, customer_authentication, bypass_authentication } = settings
  if (role && audiences.length && !audiences.includes(`${role}s`))
    throw new ExecutionFailed('request_validation_error', `The data connector is not for ${role}s`)
  if (!customer_authentication || bypass_authentication || role === 'user') return
  throw new ExecutionFailed(
    source_type === 'fin' || source_type === 'answer'
      ? 'fin_action_identity_verification_error'
      : 'non_fin_standalone_action_identity_verification_error',
    'The data connector needs a contact who is a user',
  )
}

const opened = (secret: string, { headers }: Settings) =>
  headers.map((header) => {
    const value = unsealedHeader(secret, header)
    if (value === undefined)
      throw new ExecutionFailed('request_configuration_error', `The header ${header.name} must be set again`)
    return { name: header.name, value }
  })

/** Redirects are not followed: another server must not get the headers. */
async function send(
  fetch: SafeFetch,
  { http_method, response_fields }: Settings,
  { url, headers, body }: ReturnType<typeof requestOf>,
  outcome: Outcome,
): Promise<void> {
  const answer = await fetch(url, {
    method: http_method.toUpperCase() as 'GET',
    headers: { accept: 'application/json', 'user-agent': 'interphone', ...headers },
    ...(body !== null && { body }),
    ...{ max_bytes: MAX_ANSWER_BYTES, timeout_ms: TIMEOUT_MS, redirects: 0 },
  })
  outcome.http_status = answer.status
  const chunks: Buffer[] = []
  for await (const chunk of answer.body) chunks.push(chunk)
  const text = Buffer.concat(chunks).toString('utf8')
  outcome.answer_text = text
  if (answer.status < 200 || answer.status > 299)
    throw new ExecutionFailed('3rd_party_error', `The server answered with status ${answer.status}`)
  const json = parsed(text)
  if (json === undefined && response_fields.length)
    throw new ExecutionFailed('response_mapping_error', 'The answer is not JSON, or it is nested too deeply')
  Object.assign(outcome, { success: true, response: json ?? text })
}

/** More levels could not be written again as JSON. */
const ANSWER_BOUNDS = { levels: 100, values: MAX_ANSWER_BYTES }

/** Returns undefined for what is not JSON, and for JSON that is nested too deeply. */
function parsed(text: string): unknown {
  if (exceededBound(text, ANSWER_BOUNDS)) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What the safe fetch says, as an error of an execution. */
const FETCH_ERRORS: Record<FetchFailed['code'], NonNullable<NewResult['error_type']>> = {
  bad_url: 'request_configuration_error',
  refused_address: 'request_configuration_error',
  refused_port: 'request_configuration_error',
  too_many_redirects: 'faraday_error',
  too_large: 'faraday_error',
  timeout: 'faraday_error',
  unreachable: '3rd_party_error',
}

function failureOf(error: Error): Pick<Outcome, 'success' | 'error_type' | 'error_message'> {
  if (error instanceof ExecutionFailed) return { success: false, error_type: error.type, error_message: error.message }
  if (!(error instanceof FetchFailed)) throw error
  return { success: false, error_type: FETCH_ERRORS[error.code], error_message: error.message }
}

const cut = (text: string | null | undefined): string | null =>
  text ? text.replaceAll('\0', '\ufffd').slice(0, MAX_STORED_CHARACTERS).toWellFormed() : null

const store = (
  workspace: Workspace,
  name: string,
  { answer_text, response: _, ...outcome }: About & Outcome & { execution_time_ms: number },
): Promise<ResultRow> =>
  atomically(workspace, async (workspace) => {
    const result = await insertResult(workspace, {
      ...{ error_type: null, error_message: null, ...outcome },
      request_body: cut(outcome.request_body),
      response_body: cut(answer_text),
      raw_response_body: cut(answer_text),
    })
    await connectorEvents.emit(workspace, {
      topic: 'data_connector.execution.completed',
      object_id: result.data_connector_id,
      details: { execution_id: result.id },
      snapshot: () => presentExecutionEvent(workspace, name, result),
    })
    return result
  })
