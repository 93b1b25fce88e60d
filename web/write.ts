// `npm run build:web`: builds the pages ahead, for images and the package. Takes the path of the file to write.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { encode } from '#web/assets.ts'
import { buildWeb } from './build.ts'

writeFileSync(process.argv[2] ?? join(import.meta.dirname, 'built.json'), encode(await buildWeb()))
