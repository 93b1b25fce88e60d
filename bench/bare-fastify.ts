// The comparison for GET /contacts/{id}: Fastify with one route, which answers with the bytes that the process was given.
import Fastify from 'fastify'

const contact = JSON.parse(process.argv[2]!)
const app = Fastify()
app.get('/contacts/:id', async () => contact)
process.send?.(await app.listen({ port: 0, host: '127.0.0.1' }))
