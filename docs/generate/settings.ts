// docs/settings.md: every setting, from src/settings.ts.
import { settingsTable } from '#settings.ts'
import { lines, type Region, row } from './region.ts'

export const settings = (): Region => ({
  file: 'docs/settings.md',
  name: 'settings',
  content: lines(
    row('Setting', 'Default', 'Meaning'),
    row('---', '---', '---'),
    ...settingsTable().map(([name, fallback, about]) => row(`\`${name}\``, fallback && `\`${fallback}\``, about)),
  ),
})
