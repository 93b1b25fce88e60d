// The parts of the benchmark, in the order in which they run.
import { measureBroadcast } from './broadcast.ts'
import { measureCallbacks } from './callbacks.ts'
import { measureContactWrites } from './contact-writes.ts'
import { measureContacts } from './contacts.ts'
import { measureContent } from './content.ts'
import { measureConversationSearch } from './conversation-search.ts'
import { measureExports } from './exports.ts'
import { measureMessages } from './messages.ts'
import { measureProcesses } from './processes.ts'
import { measureReplies } from './replies.ts'
import { measureSearch } from './search.ts'
import { measureSmtp } from './smtp.ts'
import { measureStalls } from './stalls.ts'
import { measureStart } from './start.ts'
import { measureStatus } from './status.ts'
import { measureStreams } from './streams.ts'
import { measureWebhooks } from './webhooks.ts'

export const PARTS = {
  messages: measureMessages,
  contacts: measureContacts,
  processes: measureProcesses,
  writes: measureContactWrites,
  smtp: measureSmtp,
  search: measureSearch,
  conversations: measureConversationSearch,
  content: measureContent,
  replies: measureReplies,
  status: measureStatus,
  broadcast: measureBroadcast,
  stalls: measureStalls,
  callbacks: measureCallbacks,
  webhooks: measureWebhooks,
  streams: measureStreams,
  exports: measureExports,
  start: measureStart,
}

export type Part = keyof typeof PARTS
