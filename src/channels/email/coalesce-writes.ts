// A mail on its way to the socket, in few large pieces. The mail library yields a piece for each header and each line,
// and each piece would be a write of its own, which is what sending mail costs most of.
import { Transform } from 'node:stream'

const LARGE = 64 * 1024

export function gather(): Transform {
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
