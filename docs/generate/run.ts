// `npm run docs`: generates the parts of the documents that come from the code, and prints what changed.
import { print } from '#lib/terminal.ts'
import { write } from './region.ts'
import { regions } from './regions.ts'

for (const region of await regions()) {
  if (write(region)) print(`${region.file}: ${region.name}`)
}
