// Opens the socket that the mail library speaks over, where it may not go anywhere: it looks names up by itself else.
import { connect } from 'node:net'
import type { SMTPPoolOptions } from 'nodemailer'
import type { EgressPolicy } from '#net/egress.ts'

/** TLS, also from the first byte, is the library's. */
export const socketWithin =
  (egress: EgressPolicy, timeout_ms: number): NonNullable<SMTPPoolOptions['getSocket']> =>
  ({ host = '', port = 0 }, done) => {
    try {
      egress.assertLiteral(host)
    } catch (error) {
      return done(error as Error)
    }
    const socket = connect({ host, port: Number(port), lookup: egress.lookup })
    const impatience = setTimeout(() => socket.destroy(tooSlow()), timeout_ms)
    const fail = (error: Error) => {
      clearTimeout(impatience)
      done(error)
    }
    socket.once('error', fail)
    socket.once('connect', () => {
      clearTimeout(impatience)
      socket.off('error', fail)
      done(null, { connection: socket })
    })
  }

const tooSlow = () => Object.assign(new Error('The connection took too long'), { code: 'ETIMEDOUT' })
