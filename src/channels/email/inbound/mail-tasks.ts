// The worker thread that parses mails.
import type { Transferable } from 'node:worker_threads'
import { answerTasks } from '#threads/tasks.ts'
import { filesOf, type MailTasks, type ParsedOrRefused, RefusedMail } from './mail.ts'
import { parseMail } from './parse.ts'

const tasks: MailTasks = {
  async parse(raw, charset, own_addresses) {
    try {
      const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength)
      return { mail: await parseMail(bytes, charset, own_addresses) }
    } catch (error) {
      if (!(error instanceof RefusedMail)) throw error
      return { refused: error.message, is_too_large: error.is_too_large }
    }
  },
}

/** A short buffer is part of Node's own pool, which cannot be moved. */
function buffersOf(result: ParsedOrRefused): Transferable[] {
  if (!('mail' in result)) return []
  const buffers = [...filesOf(result.mail)]
    .map(({ data }) => data)
    .filter(({ buffer, byteLength }) => byteLength > Buffer.poolSize && byteLength === buffer.byteLength)
  return [...new Set(buffers.map(({ buffer }) => buffer as ArrayBuffer))]
}

answerTasks(tasks, (result) => buffersOf(result as ParsedOrRefused))
