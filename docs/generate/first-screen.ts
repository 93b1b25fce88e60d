// README.md: what the first start prints, and the line of a first captured message.
import { banner } from '#commands/banner.ts'
import { lines, type Region } from './region.ts'

const FACTS = {
  url: 'http://127.0.0.1:3000',
  public_url: 'http://127.0.0.1:3000',
  token: 'dG9rOmI2YmVjOWMxX2I5ODBfNGQ2Nl84Yjc4OjE6MA==',
  console_url: 'http://127.0.0.1:3000/#sign-in=…',
  location: '/home/you/interphone/data/postgres',
  directory: '/home/you/interphone/data',
  is_linked: false,
  mail_server: undefined,
  others: [],
  admin_id: '814860',
  recipient: { role: 'user', id: '6b078829306d5537cf33eba8' },
}

export const firstScreen = (): Region => ({
  file: 'README.md',
  name: 'first-screen',
  content: lines(
    '```text',
    '$ npm ci && npm start',
    ...banner(FACTS),
    '10:42:07  email to clara@example.com: Hello',
    '```',
  ),
})
