// What hangs on a message or a part: files that the caller sends along, or names by their addresses.
import { type Static, Type } from 'typebox'

/** As it is kept with whatever it hangs on. */
export type Attachment = { name: string; url: string; content_type: string; filesize: number }

const MOST = 10

/** What a request may attach; where it has both, the files are taken. */
export const ATTACHING = {
  attachment_urls: Type.Optional(
    Type.Array(Type.String({ maxLength: 2048 }), {
      maxItems: MOST,
      description: 'Addresses (http or https) of files that are elsewhere.',
    }),
  ),
  attachment_files: Type.Optional(
    Type.Array(
      Type.Object({
        name: Type.String({ maxLength: 255 }),
        content_type: Type.String({ maxLength: 255 }),
        data: Type.String({ description: 'The file, in base64.' }),
      }),
      { maxItems: MOST },
    ),
  ),
}
export type Attaching = Static<ReturnType<typeof Type.Object<typeof ATTACHING>>>
export type AttachedFile = NonNullable<Attaching['attachment_files']>[number]

export const ShownAttachment = Type.Object({
  type: Type.Literal('upload'),
  name: Type.String(),
  url: Type.String(),
  content_type: Type.String(),
  filesize: Type.Integer({ description: 'In bytes; 0 where it is not known.' }),
  width: Type.Optional(Type.Integer()),
  height: Type.Optional(Type.Integer()),
})

export const presentAttachment = (attachment: Attachment): Static<typeof ShownAttachment> => ({
  type: 'upload',
  ...attachment,
})
