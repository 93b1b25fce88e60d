// A name server whose answers the test decides, for each question again. RFC 1035, A records only.
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { after } from 'node:test'

export type NameServer = {
  /** For `Resolver.setServers`. */
  address: string
  /** The names in the questions, in order. */
  asked: string[]
}

const HEADER_BYTES = 12

/** @param answer the IPv4 addresses of a name, at the n-th question for it, from 1 on. */
export async function nameServer(answer: (name: string, n: number) => string[]): Promise<NameServer> {
  const socket = createSocket('udp4')
  const asked: string[] = []
  socket.on('message', (question, peer) => {
    const { name, end } = readName(question)
    asked.push(name)
    const addresses = answer(name, asked.filter((one) => one === name).length)
    const header = Buffer.from(question.subarray(0, HEADER_BYTES))
    header.writeUInt16BE(0x8180, 2) // An answer without an error.
    header.writeUInt16BE(addresses.length, 6)
    header.writeUInt32BE(0, 8)
    const records = addresses.map((address) =>
      // The name of the question, A, IN, a TTL of 0, four bytes.
      Buffer.from([0xc0, HEADER_BYTES, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...address.split('.').map(Number)]),
    )
    socket.send(Buffer.concat([header, question.subarray(HEADER_BYTES, end), ...records]), peer.port, peer.address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  after(() => socket.close())
  return { address: `127.0.0.1:${(socket.address() as AddressInfo).port}`, asked }
}

function readName(question: Buffer): { name: string; end: number } {
  const labels: string[] = []
  let at = HEADER_BYTES
  for (let length = question[at]!; length > 0; length = question[at]!) {
    labels.push(question.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  return { name: labels.join('.'), end: at + 5 }
}
