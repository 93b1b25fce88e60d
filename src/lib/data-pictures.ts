// Takes the pictures out of HTML that carries them in `data:` URLs, as webmail does with a pasted screenshot.

/** `picture`: PNG, JPEG, GIF or WebP by its bytes. `file`: other bytes, such as SVG. `broken`: not readable. */
export type DataUrl = {
  kind: 'picture' | 'file' | 'broken'
  /** As the URL says, in lower case and without parameters. */
  content_type: string
  bytes: Buffer
}

/** An `<img>` with a `src` in double, single or no quotes. */
const IMAGE =
  /(<img\b[^<>]{0,2000}?\bsrc\s{0,10}=\s{0,10})(?:"\s{0,10}data:([^",]{0,200}),([^"]*)"|'\s{0,10}data:([^',]{0,200}),([^']*)'|data:([^\s,>]{0,200}),([^\s>]*))/gi

/** Replaces each `data:` URL of an `<img>` by what `place` returns; it gets equal URLs once. */
export function takeDataPictures(html: string, place: (url: DataUrl) => string): string {
  if (!/data:/i.test(html)) return html
  const placed = new Map<string, string>()
  return html.replace(IMAGE, (_all, before, ...groups) => {
    const [type = '', content = ''] = groups.slice(0, 6).filter((group) => group !== undefined) as string[]
    const key = `${type},${content}`
    const address = placed.get(key) ?? place(readDataUrl(type, content))
    placed.set(key, address)
    return `${before}"${address}"`
  })
}

function readDataUrl(type: string, content: string): DataUrl {
  const [content_type = '', ...parameters] = type.split(';').map((piece) => piece.trim().toLowerCase())
  const bytes = parameters.includes('base64') ? fromBase64(content) : fromPercent(content)
  const named = { content_type: /^\w[\w.+-]*\/\w[\w.+-]*$/.test(content_type) ? content_type : 'text/plain' }
  if (!bytes?.length) return { kind: 'broken', ...named, bytes: Buffer.alloc(0) }
  const shown = pictureType(bytes)
  return shown ? { kind: 'picture', content_type: shown, bytes } : { kind: 'file', ...named, bytes }
}

function fromBase64(content: string): Buffer | undefined {
  const packed = content
    .replace(/%([\da-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(/\s+/g, '')
  return /^[\w+/-]*={0,2}$/.test(packed) ? Buffer.from(packed, 'base64') : undefined
}

function fromPercent(content: string): Buffer | undefined {
  try {
    return Buffer.from(decodeURIComponent(content))
  } catch {
    return undefined
  }
}

const SIGNATURES: [type: string, at: number, bytes: string][] = [
  ['image/png', 0, '\x89PNG\r\n\x1a\n'],
  ['image/jpeg', 0, '\xff\xd8\xff'],
  ['image/gif', 0, 'GIF8'],
  ['image/webp', 8, 'WEBP'],
]

/** Returns the type of a picture that browsers show and that cannot contain a script. */
const pictureType = (bytes: Buffer): string | undefined =>
  SIGNATURES.find(([, at, start]) => bytes.toString('latin1', at, at + start.length) === start)?.[0]
