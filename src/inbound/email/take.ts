// Takes a mail that was left out into a conversation: as a message, whatever it seemed to be.
import { filesOf } from '#channels/email/inbound/mail.ts'
import { type Envelope, messageOf } from '#channels/email/inbound/meaning.ts'
import { readRaw } from '#resources/inbound/raw.ts'
import type { Taker } from '#resources/inbound/take.ts'
import { placeOf } from '../place.ts'
import { readMailFor } from './read.ts'
import { addMail, type MailServer, receiverOf, storeFiles } from './receive.ts'
import { refuse } from './refuse.ts'

export const mailTaker =
  (server: MailServer): Taker =>
  async (workspace, row) => {
    const envelope = row.raw as Envelope
    const raw = await readRaw(server.files, row)
    const read = await readMailFor(workspace.sql, [workspace.id], raw, envelope).catch(refuse)
    const mail = { ...read, id: read.received_id }
    const receiver = await receiverOf(workspace.sql, server, workspace.id, mail)
    const message = messageOf(mail, envelope, receiver)
    const files = await storeFiles(workspace.id, server.files, filesOf(mail)).catch(refuse)
    return async (workspace) => {
      const received = await addMail(workspace, server, mail, message, files, { takes_any: true })
      return placeOf(workspace, 'email', mail.id, received)
    }
  }
