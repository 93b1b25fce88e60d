// Where the link of an attached file leads: whoever has it can read the file, as Intercom's own links work.
import { Type } from 'typebox'
import type { Pool } from '#db/sql.ts'
import { found } from '#http/errors.ts'
import { type App, op } from '#http/op.ts'
import { verify } from '#lib/sign.ts'
import { FILE } from './attach.ts'
import { findFile } from './queries.ts'

const ByToken = Type.Object({ token: Type.String() })
const Bytes = Type.String({ description: 'The file.' })

/** What a browser may show by itself; all else is for saving. */
const PICTURE = /^image\/(png|jpeg|gif|webp)$/

export default function attachments(app: App, { sql, secret }: { sql: Pool; secret: string }) {
  app.get(
    '/attachments/:token',
    op('readAttachment', { params: ByToken, response: Bytes, open: true, summary: 'An attached file' }),
    async ({ params }, reply) => {
      const [workspace_id = '', id = ''] = found(verify(secret, FILE, params.token)).split('.')
      const { name, content_type, data } = found(await findFile(sql, workspace_id, id))
      const disposition = PICTURE.test(content_type) ? 'inline' : 'attachment'
      reply.headers({
        'content-type': content_type,
        'content-disposition': `${disposition}; filename*=UTF-8''${encodeURIComponent(name)}`,
        'content-security-policy': "default-src 'none'; sandbox",
        'x-content-type-options': 'nosniff',
        'cache-control': 'private, max-age=31536000, immutable',
      })
      return data as unknown as string
    },
  )
}
