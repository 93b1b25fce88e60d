// Light or dark: as the system says, until the reader chooses.
export const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

export const theme = (): Theme => (localStorage.getItem('theme') as Theme | null) ?? 'system'

export function applyTheme(chosen: Theme = theme()): void {
  if (chosen === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = chosen
}

export function chooseTheme(chosen: Theme): void {
  if (chosen === 'system') localStorage.removeItem('theme')
  else localStorage.setItem('theme', chosen)
  applyTheme(chosen)
}
