// All operations of the server as their routes declare them, without a running server.
import Fastify from 'fastify'
import type { App } from '#http/op.ts'
import { collectOperations, type RegisteredOperation } from '#http/operations.ts'
import { RESOURCES } from '#resources/index.ts'
import type { Server } from '#server.ts'

export async function allOperations(): Promise<readonly RegisteredOperation[]> {
  const app = Fastify({ exposeHeadRoutes: false })
  app.setValidatorCompiler(() => () => true)
  app.setSerializerCompiler(() => JSON.stringify)
  const operations = collectOperations(app)
  for (const { group, routes } of RESOURCES) {
    app.register(async (scope) => {
      scope.addHook('onRoute', (route) => {
        route.config = { ...route.config, group }
      })
      routes(scope as unknown as App, { sql: undefined, streams: {} } as unknown as Server)
    })
  }
  await app.ready()
  await app.close()
  return [...operations.values()]
}
