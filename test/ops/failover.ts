// A standby takes over.
import type { Row } from './run.ts'
export const failover = async (): Promise<Row[]> => []
