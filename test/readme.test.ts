// The README tells every setting, in the words of the code.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { settingsTable } from '#config.ts'

test('the table of settings in the README is the one in the code', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const rows = settingsTable().map(
    ([name, otherwise, about]) => `| \`${name}\` | ${otherwise && `\`${otherwise}\``} | ${about} |`,
  )
  const table = ['| Setting | Default | |', '|---|---|---|', ...rows].join('\n')
  const [, told] = /<!-- settings -->\n([\s\S]*?)\n<!-- \/settings -->/.exec(readme) ?? []
  assert.equal(told, table)
})
