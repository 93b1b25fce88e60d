// The channel that a conversation began on, by its names: to the API `conversation` is what deliveries call `inapp`.
import type { NewDelivery } from '#delivery/enqueue.ts'
import type { ConversationRow } from './queries.ts'

export type Channel = NewDelivery['channel']
type SourceType = ConversationRow['source_type']

export const channelOf = ({ source_type }: Pick<ConversationRow, 'source_type'>): Channel =>
  source_type === 'conversation' ? 'inapp' : source_type

export const sourceTypeOf = (channel: Channel): SourceType => (channel === 'inapp' ? 'conversation' : channel)

/** As the `channel` of a conversation names it. */
export const channelName = ({ source_type }: ConversationRow): string =>
  source_type === 'conversation' ? 'messenger' : source_type
