// A receiver of webhooks that answers 200 to everything, at very little cost. After it gets a number, it answers when it has
// received that many requests since.
import { type AddressInfo, createServer } from 'node:net'

let received = 0
let wanted = Infinity

process.on('message', (count: number) => {
  received = 0
  wanted = count
})

const ANSWER = 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'
const LENGTH = /\r\ncontent-length: (\d+)/i

const server = createServer((socket) => {
  let waiting = ''
  socket.setEncoding('latin1').setNoDelay()
  socket.on('error', () => {})
  socket.on('data', (chunk: string) => {
    waiting += chunk
    for (;;) {
      const head = waiting.indexOf('\r\n\r\n')
      if (head < 0) return
      const end = head + 4 + Number(LENGTH.exec(waiting.slice(0, head))?.[1] ?? 0)
      if (waiting.length < end) return
      waiting = waiting.slice(end)
      socket.write(ANSWER)
      received++
      if (received === wanted) process.send?.(received)
    }
  })
}).listen(0, '127.0.0.1', () => process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`))
