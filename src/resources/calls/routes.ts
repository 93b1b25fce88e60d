// Calls: read as in Intercom's API, and written as Intercom's phone product does it.
import { linkTo } from '#files/link.ts'
import { badRequest, found } from '#http/errors.ts'
import { NumberedPageQuery, numberedPageOf, presentNumberedPage } from '#http/lists.ts'
import { type App, FILES_LIMIT, op } from '#http/op.ts'
import { ById, NOTHING } from '#http/types.ts'
import { writeAttachedFiles } from '#resources/attachments/attach.ts'
import type { Resource, Server } from '#server.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { demo } from './demo.ts'
import { type CallRow, findCall, findTranscript, listCallsOf, pageOfCalls } from './queries.ts'
import { saveRecording } from './recording.ts'
import { changeCall, createCall } from './save.ts'
import {
  Call,
  CallList,
  CallRequest,
  CallSearch,
  CallsWithTranscripts,
  NewCallRequest,
  presentCall,
  presentCallWithTranscript,
  RecordingRequest,
  TranscriptRequest,
  TranscriptText,
} from './schema.ts'
import { callEvents } from './topics.ts'
import { changeTranscript, transcriptText } from './transcript.ts'

/** Matches a call with one that was registered for its number. */
type Matching = { matchCall(workspace: Workspace, call: CallRow): Promise<void> }

const since = '2.14'
const scope = 'read_conversations'
const PAGE = { default: 25, max: 25 }
const MAX_SEARCHED = 20
/** Of all searched conversations together: each can have a long transcript. */
const MAX_FOUND = 100

function calls(app: App, server: Server, { matchCall }: Matching) {
  const { public_url, files } = server
  app.decorateRequest('written_files')

  app.get(
    '/calls',
    op('listCalls', {
      summary: 'List calls, newest first',
      sdk: (client) => client.calls.listCalls({ per_page: 25 }),
      ...{ since, scope },
      query: NumberedPageQuery,
      response: CallList,
    }),
    async ({ workspace, query }) => {
      const page = numberedPageOf(query, PAGE)
      return presentNumberedPage(page, await pageOfCalls(workspace, page), (call) => presentCall(call, public_url))
    },
  )

  app.post(
    '/calls/search',
    op('listCallsWithTranscripts', {
      summary: 'List the calls of up to 20 conversations, with their transcripts',
      sdk: (client) => client.calls.listCallsWithTranscripts({ conversation_ids: ['64619700005694'] }),
      ...{ since, scope, runs: 'read' },
      body: CallSearch,
      response: CallsWithTranscripts,
    }),
    async ({ workspace, body }) => {
      const ids = body.conversation_ids ?? []
      if (!ids.length || ids.length > MAX_SEARCHED)
        throw badRequest('conversation_id_limit_exceeded', 'A list of up to 20 conversation IDs is required')
      const rows = await listCallsOf(workspace, ids, MAX_FOUND)
      return { type: 'list' as const, data: rows.map((call) => presentCallWithTranscript(call, public_url)) }
    },
  )

  app.get(
    '/calls/:id',
    op('showCall', {
      summary: 'Show a call',
      sdk: (client) => client.calls.showCall({ call_id: '3822001' }),
      ...{ since, scope },
      params: ById,
      response: Call,
    }),
    async ({ workspace, params }) => presentCall(found(await findCall(workspace, params.id), 'Not Found'), public_url),
  )

  app.get(
    '/calls/:id/recording',
    op('showCallRecording', {
      summary: 'Go to the recording of a call: a signed link, which needs no token',
      sdk: (client) => client.calls.showCallRecording({ call_id: '3822001' }),
      ...{ since, scope, status: 302 },
      params: ById,
    }),
    async ({ workspace, params }, reply) => {
      const file_id = found((await findCall(workspace, params.id))?.recording_file_id, 'Recording Not Found')
      reply.header('location', linkTo(server, { workspace_id: workspace.id, file_id }))
      return NOTHING
    },
  )

  app.get(
    '/calls/:id/transcript',
    op('showCallTranscript', {
      summary: 'Read the transcript of a call as a text file',
      sdk: (client) => client.calls.showCallTranscript({ call_id: '3822001' }),
      ...{ since, scope },
      params: ById,
      response: TranscriptText,
    }),
    async ({ workspace, params }, reply) => {
      const { transcript, at } = found(await findTranscript(workspace, params.id), 'Not Found')
      const date = at.toISOString().slice(0, 10)
      reply.headers({
        'content-type': 'text/plain; charset=utf-8',
        'content-disposition': `attachment; filename=transcription_data-${date}.txt`,
      })
      return transcriptText(transcript)
    },
  )

  app.post(
    '/extensions/calls',
    op('createCall', {
      summary: 'Create a call, at any point of its life',
      body: NewCallRequest,
      response: Call,
    }),
    async ({ workspace, body }) => {
      const call = await createCall(workspace, body, public_url)
      await matchCall(workspace, call)
      return presentCall(call, public_url)
    },
  )

  app.put(
    '/extensions/calls/:id',
    op('updateCall', {
      summary: 'Move a call on, or change it',
      params: ById,
      body: CallRequest,
      response: Call,
    }),
    async ({ workspace, params, body }) => {
      const call = await changeCall(workspace, params.id, body, public_url)
      await matchCall(workspace, call)
      return presentCall(call, public_url)
    },
  )

  app.put(
    '/extensions/calls/:id/recording',
    {
      ...op('saveCallRecording', {
        summary: 'Store the recording of a call',
        body_limit: FILES_LIMIT,
        params: ById,
        body: RecordingRequest,
        response: Call,
      }),
      preHandler: writeAttachedFiles(files),
    },
    async ({ workspace, params, written_files }) => {
      const [file] = written_files ?? []
      return presentCall(await saveRecording(workspace, params.id, found(file), public_url), public_url)
    },
  )

  app.put(
    '/extensions/calls/:id/transcript',
    op('saveCallTranscript', {
      summary: 'Store the transcript of a call',
      params: ById,
      body: TranscriptRequest,
      response: Call,
    }),
    async ({ workspace, params, body }) =>
      presentCall(await changeTranscript(workspace, params.id, body, public_url), public_url),
  )
}

export default (matching: Matching): Resource => ({
  group: 'Calls',
  routes: (app, server) => calls(app, server, matching),
  events: callEvents,
  demo,
})
