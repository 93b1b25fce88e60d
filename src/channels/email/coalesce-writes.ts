// Joins the chunks of a mail into few large writes. The mail library yields a chunk for each header and each line, and
// a write for each of them would be the largest cost of sending mail.
import { Transform } from 'node:stream'

const LARGE = 64 * 1024

export function coalesceWrites(): Transform {
  let pieces: Buffer[] = []
  let size = 0
  const all = () => {
    const whole = Buffer.concat(pieces, size)
    pieces = []
    size = 0
    return whole
  }
  return new Transform({
    transform(piece: Buffer, _encoding, done) {
      pieces.push(piece)
      size += piece.length
      if (size < LARGE) done()
      else done(null, all())
    },
    flush(done) {
      if (size) done(null, all())
      else done()
    },
  })
}
