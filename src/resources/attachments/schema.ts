// What hangs on a message or a part: files that the caller sends along, or names by their addresses.
import { type Static, Type } from 'typebox'
import { type Links, linkTo } from '#files/link.ts'
import { named } from '#http/types.ts'

/**
 * As it is kept with whatever it hangs on. A file that we have is named by its id, and a link to it is made when it is
 * shown. One that is elsewhere has its `url`; where it is to be fetched it has an id, too, and loses the `url` when it has
 * been. One without an address that is to be fetched is `awaited`; read again, it may be `lost`, for this reason.
 * `filesize` in bytes, 0 where it is not known.
 */
export type Attachment = StoredAttachment | AwaitedAttachment | (Described & { url: string; file_id?: string })
export type StoredAttachment = Described & { file_id: string; url?: never }
export type AwaitedAttachment = StoredAttachment & { awaited: true; lost?: string }
type Described = { name: string; content_type: string; filesize: number }

const MOST = 10

/** What a request may attach; where it has both, the files are taken. */
export const ATTACHING = {
  attachment_urls: Type.Optional(
    Type.Array(Type.String({ maxLength: 2048 }), {
      maxItems: MOST,
      description: 'Addresses (http or https) of files that are elsewhere; the server fetches them.',
    }),
  ),
  attachment_files: Type.Optional(
    Type.Array(
      named(
        'attachment_file',
        Type.Object({
          name: Type.String({ maxLength: 255 }),
          content_type: Type.String({ maxLength: 255 }),
          data: Type.String({ description: 'The file, in base64.' }),
        }),
      ),
      { maxItems: MOST },
    ),
  ),
}
export type Attaching = Static<ReturnType<typeof Type.Object<typeof ATTACHING>>>
export type AttachedFile = NonNullable<Attaching['attachment_files']>[number]

export const ShownAttachment = named(
  'attachment',
  Type.Object({
    type: Type.Literal('upload'),
    name: Type.String(),
    url: Type.String({ description: 'Where the file can be read; of files that are kept here, for some days.' }),
    content_type: Type.String(),
    filesize: Type.Integer({ description: 'In bytes; 0 where it is not known.' }),
    width: Type.Optional(Type.Integer()),
    height: Type.Optional(Type.Integer()),
  }),
)

/** Those that will never come, each with why. */
export const lostOf = (attachments: readonly Attachment[]): { name: string; lost: string }[] =>
  attachments.flatMap((one) => ('lost' in one && one.lost !== undefined ? [{ name: one.name, lost: one.lost }] : []))

/** The link of what will never come would lead nowhere: the body says so instead. */
export const isThere = (attachment: Attachment): boolean => !('lost' in attachment)

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
