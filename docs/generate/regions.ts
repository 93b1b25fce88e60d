// The list of all generated parts of the documents.
import { coverage } from './coverage.ts'
import { differences } from './differences.ts'
import { firstScreen } from './first-screen.ts'
import { performance } from './performance.ts'
import type { Region } from './region.ts'
import { settings } from './settings.ts'
import { topics } from './topics.ts'

export const regions = async (): Promise<Region[]> => [
  firstScreen(),
  settings(),
  performance(),
  ...(await coverage()),
  topics(),
  differences(),
]
