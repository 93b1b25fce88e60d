// The schema of attachments of a message or a part: files in the request, or files at URLs.
import { type Static, Type } from 'typebox'
import { type Links, linkTo } from '#files/link.ts'
import { named } from '#http/types.ts'

/**
 * An attachment as it is stored with its message or part. A stored file has a `file_id`; its link is made when it is
 * shown. A remote file has a `url`; if it is to be fetched it also has a `file_id`, and loses the `url` when it is
 * fetched. A file from WhatsApp is `awaited` until it is fetched, or `lost`, with the reason. `filesize` in bytes, 0 if
 * unknown.
 */
export type Attachment = StoredAttachment | AwaitedAttachment | (Described & { url: string; file_id?: string })
export type StoredAttachment = Described & { file_id: string; url?: never }
export type AwaitedAttachment = StoredAttachment & { awaited: true; lost?: string }
type Described = { name: string; content_type: string; filesize: number }

const MAX_ATTACHMENTS = 10

export const AttachmentFile = named(
  'attachment_file',
  Type.Object({
    name: Type.String({ maxLength: 255 }),
    content_type: Type.String({ maxLength: 255 }),
    data: Type.String({ description: 'The file, in base64.' }),
  }),
)

/** Properties of requests with attachments. If a request has both, the URLs are ignored. */
export const ATTACHING = {
  attachment_urls: Type.Optional(
    Type.Array(Type.String({ maxLength: 2048 }), {
      maxItems: MAX_ATTACHMENTS,
      description: 'URLs (http or https) of files; the server fetches them.',
    }),
  ),
  attachment_files: Type.Optional(Type.Array(AttachmentFile, { maxItems: MAX_ATTACHMENTS })),
}
export type Attaching = Static<ReturnType<typeof Type.Object<typeof ATTACHING>>>
export type AttachedFile = NonNullable<Attaching['attachment_files']>[number]

export const ShownAttachment = named(
  'attachment',
  Type.Object({
    type: Type.Literal('upload'),
    name: Type.String(),
    url: Type.String({ description: 'Link to the file. Links to files on this server expire after some days.' }),
    content_type: Type.String(),
    filesize: Type.Integer({ description: 'In bytes; 0 if it is not known.' }),
    width: Type.Optional(Type.Integer()),
    height: Type.Optional(Type.Integer()),
  }),
)

/** Returns the attachments that were given up, with the reasons. */
export const lostFiles = (attachments: readonly Attachment[]): { name: string; lost: string }[] =>
  attachments.flatMap((one) => ('lost' in one && one.lost !== undefined ? [{ name: one.name, lost: one.lost }] : []))

/** A lost file has no link; the body shows the reason instead. */
export const isAvailable = (attachment: Attachment): boolean => !('lost' in attachment)

export const presentAttachment = (
  links: Links,
  workspace_id: string,
  { name, content_type, filesize, url, file_id }: Attachment,
): Static<typeof ShownAttachment> => ({
  type: 'upload',
  name,
  url: url ?? linkTo(links, { workspace_id, file_id: file_id as string }),
  content_type,
  filesize,
})
