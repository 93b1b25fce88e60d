// The topic of data connectors.
import { eventsOf } from '#events/events.ts'

export const connectorEvents = eventsOf('data_connector', { 'data_connector.execution.completed': { since: '2.16' } })
