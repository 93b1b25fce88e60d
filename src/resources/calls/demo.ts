// The call of a demo workspace, with a recording and a transcript, in a conversation of its own.
import { insertSmallFile } from '#resources/attachments/queries.ts'
import { findUserByExternalId } from '#resources/contacts/queries.ts'
import { startConversation } from '#resources/conversations/start/from-contact.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { updateCall } from './queries.ts'
import { createCall } from './save.ts'
import { changeTranscript } from './transcript.ts'

const ENTRIES = [
  { time: 3, speaker: 'Teammate 1', text: 'Hello, thanks for calling. How can I help?' },
  { time: 9, speaker: 'User', text: 'My invoice shows the wrong address.' },
  { time: 15, speaker: 'Teammate 1', text: 'I have changed it. You will get a new invoice by email.' },
]
const TALKED_SECONDS = 85

/** Runs after the demo of contacts. Links of events are relative, because a demo does not know the server's URL. */
export async function demo(workspace: Workspace) {
  const contact = await findUserByExternalId(workspace, 'customer-1')
  if (!contact) return
  const { conversation_id } = await startConversation(workspace, { contact, body: 'Can somebody call me?' })
  const ended = Math.floor(workspace.now().getTime() / 1000)
  const { id } = await createCall(
    workspace,
    {
      ...{ conversation_id, admin_id: workspace.admin_id, contact_id: contact.id, direction: 'inbound' },
      ...{
        initiated_at: ended - TALKED_SECONDS - 5,
        answered_at: ended - TALKED_SECONDS,
        ended_at: ended,
        queue_time: 5,
      },
      summary: '<p>The invoice had the wrong address. A new one is on its way.</p>',
    },
    '',
  )
  const file = await insertSmallFile(workspace, { name: 'call.wav', content_type: 'audio/wav', bytes: beep() })
  await updateCall(workspace, id, { recording_file_id: file.id })
  await changeTranscript(workspace, id, { entries: ENTRIES }, '')
}

const SAMPLES_A_SECOND = 8_000
const TONE_HERTZ = 440

/** Returns half a second of a tone as a WAV file: mono, 8 bits. */
function beep(): Buffer {
  const samples = Buffer.from(
    Array.from({ length: SAMPLES_A_SECOND / 2 }, (_, n) =>
      Math.round(128 + 60 * Math.sin((2 * Math.PI * TONE_HERTZ * n) / SAMPLES_A_SECOND)),
    ),
  )
  const header = Buffer.alloc(44)
  header.write('RIFF', 0)
  header.writeUInt32LE(36 + samples.length, 4)
  header.write('WAVEfmt ', 8)
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(1, 22)
  header.writeUInt32LE(SAMPLES_A_SECOND, 24)
  header.writeUInt32LE(SAMPLES_A_SECOND, 28)
  header.writeUInt16LE(1, 32)
  header.writeUInt16LE(8, 34)
  header.write('data', 36)
  header.writeUInt32LE(samples.length, 40)
  return Buffer.concat([header, samples])
}
