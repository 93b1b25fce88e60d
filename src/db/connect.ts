// Opens the pool. All of our columns' types travel the same way through it.
import postgres from 'postgres'
import type { Pool } from './sql.ts'

export type ConnectOptions = postgres.Options<Record<string, postgres.PostgresType>> & { url?: string }

export function connect({ url, ...options }: ConnectOptions): Pool {
  const settings = {
    max: 10,
    idle_timeout: 0,
    connect_timeout: 10,
    onnotice: () => {},
    ...options,
  }
  return (url ? postgres(url, settings) : postgres(settings)) as unknown as Pool
}
