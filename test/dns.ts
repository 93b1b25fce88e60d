// A name server whose answers the test decides, for each question again. RFC 1035, A and TXT records only.
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

const TXT = 16
/** The name of the question, class IN, a TTL of 0, and the data with its length. */
const record = (type: number, data: Buffer) =>
  Buffer.concat([Buffer.from([0xc0, HEADER_BYTES, 0, type, 0, 1, 0, 0, 0, 0, 0, data.length]), data])
const address = (text: string) => record(1, Buffer.from(text.split('.').map(Number)))
const txt = (text: string) => record(TXT, Buffer.concat([Buffer.from([text.length]), Buffer.from(text)]))

/**
 * @param answer the IPv4 addresses of a name, or the texts of its TXT records if these are asked for, at the n-th
 * question for it, from 1 on.
 */
export async function nameServer(answer: (name: string, n: number) => string[]): Promise<NameServer> {
  const socket = createSocket('udp4')
  const asked: string[] = []
  socket.on('message', (question, peer) => {
    const { name, end } = readName(question)
    asked.push(name)
    const isTxt = question[end - 3] === TXT
    const answers = answer(name, asked.filter((one) => one === name).length)
    const header = Buffer.from(question.subarray(0, HEADER_BYTES))
    header.writeUInt16BE(0x8180, 2) // An answer without an error.
    header.writeUInt16BE(answers.length, 6)
    const records = answers.map(isTxt ? txt : address)
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
