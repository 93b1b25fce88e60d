// A mail server that accepts everything and stores nothing, at very little cost. After it gets a number, it
// answers when it has accepted that many mails since the last answer.
import { type AddressInfo, createServer, type Socket } from 'node:net'

let accepted = 0
let wanted = Infinity

function take() {
  accepted++
  if (accepted >= wanted) process.send?.(accepted)
}

process.on('message', (count: number) => {
  accepted = 0
  wanted = count
})

const ANSWERS: Record<string, string> = {
  EHLO: '250-localhost\r\n250 8BITMIME\r\n',
  DATA: '354 Go on\r\n',
  QUIT: '221 Bye\r\n',
}

function serve(socket: Socket) {
  let received = ''
  let in_data = false
  socket.setEncoding('latin1').setNoDelay().write('220 localhost ESMTP\r\n')
  socket.on('error', () => {})
  socket.on('data', (chunk: string) => {
    received += chunk
    for (;;) {
      const mark = in_data ? '\r\n.\r\n' : '\r\n'
      const end = received.indexOf(mark)
      if (end < 0) return
      const command = in_data ? '' : received.slice(0, 4).toUpperCase()
      received = received.slice(end + mark.length)
      if (in_data) take()
      in_data = command === 'DATA'
      socket.write(ANSWERS[command] ?? '250 OK\r\n')
    }
  })
}

const server = createServer(serve).listen(0, '127.0.0.1', () => {
  process.send?.(`smtp://127.0.0.1:${(server.address() as AddressInfo).port}?ignoreTLS=true`)
})
