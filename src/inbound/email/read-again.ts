// Reads a kept mail again with another charset, and corrects the part or the first message that it became.
import { withPictures } from '#channels/email/inbound/contents.ts'
import { type Envelope, messageOf } from '#channels/email/inbound/meaning.ts'
import { invalid } from '#http/errors.ts'
import { paragraphs } from '#lib/html.ts'
import {
  correctBotNote,
  correctReceived,
  findReceived,
  findShownBody,
} from '#resources/conversations/inbound-queries.ts'
import { readRaw } from '#resources/inbound/raw.ts'
import type { Rereader } from '#resources/inbound/read-again.ts'
import { atomically } from '#workspaces/workspace.ts'
import { lostPlace } from '../place.ts'
import { FORWARDED_BY, forwardNote } from './forward-note.ts'
import { readMailFor } from './read.ts'
import { type MailServer, receiverOf } from './receive.ts'
import { refuse } from './refuse.ts'

export const mailRereader =
  (server: MailServer): Rereader =>
  async (workspace, row, charset) => {
    const { isCharset } = await import('#channels/email/inbound/charset.ts') // It loads charset tables.
    if (!isCharset(charset)) throw invalid('charset is not known')
    const envelope = row.raw as Envelope
    const raw = await readRaw(server.files, row)
    const mail = await readMailFor(workspace.sql, [workspace.id], raw, envelope, charset).catch(refuse)
    const receiver = await receiverOf(workspace.sql, server, workspace.id, mail)
    const { customer, from, metadata } = messageOf(mail, envelope, receiver)
    await atomically(workspace, async (workspace) => {
      const place =
        (await findReceived(workspace, 'email', row.provider_id)) ??
        (await findReceived(workspace, 'email', mail.received_id))
      if (!place) throw lostPlace()
      const contents = (place.part_id === null && customer?.forwarded?.contents) || mail.contents
      const shown = await findShownBody(workspace, place)
      const addresses = picturesIn(contents.html ?? '', shown ?? '')
      const html = contents.html === null ? paragraphs(contents.body) : withPictures(contents.html, addresses)
      await correctReceived(workspace, place, {
        ...{ html, history: withPictures(contents.history, addresses), metadata },
        subject: customer?.forwarded?.subject || mail.subject,
      })
      const forwarded = place.part_id === null && customer?.forwarded
      if (forwarded && from)
        await correctBotNote(workspace, place.conversation_id, {
          beginning: FORWARDED_BY,
          html: forwardNote(from, withPictures(forwarded.note, addresses)),
        })
    })
  }

/** The pictures are those that are shown already: a charset does not change their order. */
function picturesIn(html: string, shown: string): Map<string, string> {
  const references = [...shown.matchAll(/src="(https:\/\/attachments\.invalid\/[0-9a-f-]+)"/g)]
  const cids = [...html.matchAll(/src="cid:([^"]+)"/g)]
  return new Map(cids.flatMap(([, cid = ''], n) => (references[n]?.[1] ? [[cid, references[n][1]]] : [])))
}
