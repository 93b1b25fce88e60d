// The transcript of a call: stored as entries, and read as a text file.
import { found } from '#http/errors.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { emitCall } from './emit.ts'
import { type CallRow, lockCall, saveTranscript, type TranscriptEntry } from './queries.ts'
import type { TranscriptRequest } from './schema.ts'

/** Replaces the transcript. The event is written when it is completed first. */
export async function changeTranscript(
  workspace: Workspace,
  id: string,
  { entries, status = 'completed' }: TranscriptRequest,
  public_url: string,
): Promise<CallRow> {
  const call = found(await lockCall(workspace, id), 'Not Found')
  const transcript = entries
    .map(({ time, speaker, text }) => ({ time, speaker: speaker.trim(), text }))
    .sort((a, b) => a.time - b.time)
  const changed = await saveTranscript(workspace, call.id, { transcript, status })
  if (status === 'completed' && call.transcript_status !== 'completed')
    await emitCall(workspace, 'call.transcription_available', changed, public_url)
  return changed
}

/** Returns a line for each entry: `[00:00:03] Teammate 1: "Hello"`. */
export const transcriptText = (entries: readonly TranscriptEntry[]): string =>
  entries.map(({ time, speaker, text }) => `[${clock(time)}] ${oneLine(speaker)}: "${oneLine(text)}"`).join('\n')

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim()

const clock = (seconds: number): string =>
  [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
    .map((part) => String(part).padStart(2, '0'))
    .join(':')
