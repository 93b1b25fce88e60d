// What a file is. What the sender says is believed where nothing hangs on it; what a browser may show by itself is told by
// the bytes alone.
import { lookup } from 'mime-types'

const UNKNOWN = 'application/octet-stream'

/** What a browser may show by itself: pictures that hold no script. */
const SHOWN = /^image\/(png|jpeg|gif|webp)$/

/** What goes out under its own type, besides: it can be played or read, and no browser runs it. */
const TOLD = /^((audio|video)\/[\w.+-]+|application\/pdf|text\/plain)$/

export const isShown = (content_type: string): boolean => SHOWN.test(content_type)

/**
 * The type that a file goes out under, over HTTP. HTML, SVG, scripts, programs and whatever else are bytes to be saved:
 * from our own address a page could load them as its script, or the address become a page of somebody else's.
 */
export const servedAs = (content_type: string): string =>
  SHOWN.test(content_type) || TOLD.test(content_type) ? content_type : UNKNOWN

/** `head`: the file's first 4,100 bytes. `claimed` may be absent, or anything. */
export async function contentTypeOf(file: { name: string; claimed?: string | undefined; head: Buffer }) {
  const recognised = await recognise(file.head)
  if (recognised && SHOWN.test(recognised)) return recognised
  const [claimed, named] = [normal(file.claimed), normal(lookup(file.name) || undefined)]
  return [claimed, recognised, named].find((type) => type && type !== UNKNOWN && !SHOWN.test(type)) ?? UNKNOWN
}

/** Without parameters and in small letters; undefined where it is none. */
function normal(claimed = ''): string | undefined {
  const [type = ''] = claimed.toLowerCase().split(';')
  return /^\w[\w.+-]{0,99}\/\w[\w.+-]{0,99}$/.test(type.trim()) ? type.trim() : undefined
}

/** The library gives up on some files that were cut off. */
async function recognise(head: Buffer): Promise<string | undefined> {
  const { fileTypeFromBuffer } = await import('file-type')
  return (await fileTypeFromBuffer(head).catch(() => undefined))?.mime
}
