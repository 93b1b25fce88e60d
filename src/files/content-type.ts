// The content type of a file. The sender's claim is used only where a wrong one does no harm; whether a browser may
// show the file inline is decided by its bytes alone.
import { lookup } from 'mime-types'

const UNKNOWN = 'application/octet-stream'

/** What a browser may show inline: pictures that cannot contain a script. */
const INLINE = /^image\/(png|jpeg|gif|webp)$/

/** What is also sent with its own type: it can be played or read, and no browser runs it. */
const HARMLESS = /^((audio|video)\/[\w.+-]+|application\/pdf|text\/plain)$/

export const isInline = (content_type: string): boolean => INLINE.test(content_type)

/**
 * Returns the type that a file has in an HTTP response. HTML, SVG, scripts, programs and all unknown types are bytes to
 * save: a page could load them from our origin as its script, or a link to our origin could show a stranger's page.
 */
export const servedAs = (content_type: string): string =>
  INLINE.test(content_type) || HARMLESS.test(content_type) ? content_type : UNKNOWN

/** `head`: the file's first 4,100 bytes. `claimed`: the sender's claim, unchecked; may be absent. */
export async function contentTypeOf(file: { name: string; claimed?: string | undefined; head: Buffer }) {
  const recognised = await recognise(file.head)
  if (recognised && INLINE.test(recognised)) return recognised
  const [claimed, named] = [normalized(file.claimed), normalized(lookup(file.name) || undefined)]
  return [claimed, recognised, named].find((type) => type && type !== UNKNOWN && !INLINE.test(type)) ?? UNKNOWN
}

/** Returns the type in lower case and without parameters, or undefined if it is not a valid type. */
function normalized(claimed = ''): string | undefined {
  const [type = ''] = claimed.toLowerCase().split(';')
  return /^\w[\w.+-]{0,99}\/\w[\w.+-]{0,99}$/.test(type.trim()) ? type.trim() : undefined
}

/** The library throws for some truncated files. */
async function recognise(head: Buffer): Promise<string | undefined> {
  const { fileTypeFromBuffer } = await import('file-type')
  return (await fileTypeFromBuffer(head).catch(() => undefined))?.mime
}
