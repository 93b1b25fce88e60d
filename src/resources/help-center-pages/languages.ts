// Which language a reader wants.

/** Returns the first of the languages that a reader prefers among `locales`; else the first one. */
export function preferredLocale(header: string | undefined, locales: readonly string[]): string {
  const wanted = (header ?? '')
    .slice(0, 500)
    .split(',')
    .map((one) => {
      const [name = '', weight] = one.trim().split(/;\s*q=/)
      return { name: name.toLowerCase(), weight: weight === undefined ? 1 : Number(weight) || 0 }
    })
    .filter(({ name, weight }) => name && weight > 0)
    .sort((a, b) => b.weight - a.weight)
  for (const { name } of wanted) {
    const exact = locales.find((locale) => locale.toLowerCase() === name)
    const near = locales.find((locale) => locale.toLowerCase().split('-')[0] === name.split('-')[0])
    if (exact ?? near) return (exact ?? near) as string
  }
  return locales[0] as string
}
