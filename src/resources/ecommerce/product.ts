// Reads one product of a catalog: what is required must be there, what is optional and wrong is left out.

import { withoutOthers } from '#content/allow-list.ts'
import { plainText } from '#content/plain.ts'
import { exceededBound } from '#lib/json-bounds.ts'
import { isObject } from '#lib/objects.ts'

export type Variant = {
  id: string
  title: string | null
  price: number | null
  compare_at_price: number | null
  in_stock: boolean
  url: string
  image_url: string | null
  selected_options: { name: string; value: string }[]
  sku: string | null
}

export type Product = {
  id: string
  title: string
  url: string
  description_html: string | null
  /** The description as plain text. */
  description: string | null
  featured_image_url: string | null
  image_urls: string[]
  price_min: number | null
  price_max: number | null
  currency: string
  in_stock: boolean
  tags: string[]
  collections: string[]
  /** `Clothing > T-Shirts` */
  category_path: string | null
  available_options: { name: string; values: string[] }[]
  variants: Variant[]
  additional_data: Record<string, unknown> | null
}

const MAX = { id: 255, title: 1_000, text: 2_000, html: 100_000, list: 500, variants: 2_000 }

/** Returns undefined unless it has an id, a title and an https URL. */
export function readProduct(given: unknown): Product | undefined {
  if (!isObject(given)) return undefined
  const id = readId(given['id'])
  const title = readText(given['title'], MAX.title)
  const url = readHttps(given['url'])
  if (!id || !title || !url) return undefined
  const images = readTexts(given['image_urls']).filter((one) => URL.canParse(one))
  const featured = readLink(given['featured_image_url']) ?? images[0] ?? null
  const variants = readList(given['variants'], MAX.variants).flatMap((one) => readVariant(one, url, featured) ?? [])
  return {
    ...{ id, title, url, ...readDescription(given), featured_image_url: featured, image_urls: images },
    ...readPrices(given, variants),
    currency: /^[A-Z]{3}$/.test(String(given['currency'])) ? String(given['currency']) : 'USD',
    in_stock: readStock(given['in_stock'], variants),
    ...{ tags: readTexts(given['tags']), collections: readCollections(given['collections']) },
    category_path: readCategory(given['category_path']),
    ...{ available_options: readOptions(given['available_options']), variants },
    additional_data: isObject(given['additional_data']) ? given['additional_data'] : null,
  }
}

/** More levels than a product has, and few enough for recursion. An item of a catalog has at most 1 MB. */
const BOUNDS = { levels: 100, values: 1_000_000 }

/**
 * Returns the JSON of a product without what PostgreSQL cannot store: NUL characters, and halves of surrogate pairs.
 * Undefined if it is nested too deeply.
 */
export function parseProduct(json: string): unknown {
  if (exceededBound(json, BOUNDS)) return undefined
  return JSON.parse(json, (_, value: unknown) => {
    if (typeof value === 'string') return storable(value)
    if (!isObject(value) || Object.keys(value).every((key) => storable(key) === key)) return value
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [storable(key), inner]))
  })
}

const storable = (text: string): string => text.replaceAll('\0', '\ufffd').toWellFormed()

function readId(given: unknown): string | undefined {
  const text = typeof given === 'number' && Number.isSafeInteger(given) ? String(given) : given
  return typeof text === 'string' && text.trim() && text.length <= MAX.id ? text : undefined
}

function readText(given: unknown, longest = MAX.text): string | null {
  const text = typeof given === 'string' ? given.trim() : ''
  return text && text.length <= longest ? text : null
}

const readNumber = (given: unknown): number | null =>
  typeof given === 'number' && Number.isFinite(given) && given >= 0 ? given : null

const readList = (given: unknown, longest = MAX.list): unknown[] =>
  Array.isArray(given) ? given.slice(0, longest) : []

const readTexts = (given: unknown): string[] => readList(given).flatMap((one) => readText(one) ?? [])

const linkWith = (given: unknown, protocols: readonly string[]): string | null => {
  const text = readText(given)
  return text && protocols.includes(URL.parse(text)?.protocol ?? '') ? text : null
}
const readHttps = (given: unknown) => linkWith(given, ['https:'])
const readLink = (given: unknown) => linkWith(given, ['https:', 'http:'])

function readDescription(given: Record<string, unknown>): Pick<Product, 'description' | 'description_html'> {
  const html = readText(given['description_html'], MAX.html) ?? readText(given['description'], MAX.html)
  if (!html) return { description: null, description_html: null }
  const description_html = withoutOthers(html)
  return { description_html, description: plainText(description_html).trim() || null }
}

/** What is left out follows from the variants. */
function readPrices(given: Record<string, unknown>, variants: readonly Variant[]) {
  const prices = variants.flatMap(({ price }) => price ?? [])
  const of = (most: (...prices: number[]) => number) => (prices.length ? most(...prices) : null)
  return {
    price_min: readNumber(given['price_min']) ?? of(Math.min),
    price_max: readNumber(given['price_max']) ?? of(Math.max),
  }
}

function readStock(given: unknown, variants: readonly Variant[]): boolean {
  if (typeof given === 'boolean') return given
  return variants.some(({ in_stock }) => in_stock)
}

const readCollections = (given: unknown): string[] =>
  readList(given).flatMap((one) => readText(isObject(one) ? one['title'] : one) ?? [])

function readCategory(given: unknown): string | null {
  return Array.isArray(given) ? readTexts(given).join(' > ') || null : readText(given)
}

const readOptions = (given: unknown): Product['available_options'] =>
  readList(given).flatMap((one) => {
    const name = isObject(one) ? readText(one['name']) : null
    return name ? [{ name, values: readTexts((one as Record<string, unknown>)['values']) }] : []
  })

const readSelected = (given: unknown): Variant['selected_options'] =>
  readList(given).flatMap((one) => {
    const [name, value] = isObject(one) ? [readText(one['name']), readText(one['value'])] : []
    return name && value ? [{ name, value }] : []
  })

function readVariant(given: unknown, product_url: string, image: string | null): Variant | undefined {
  if (!isObject(given)) return undefined
  const id = readId(given['id'])
  if (!id) return undefined
  return {
    ...{ id, title: readText(given['title']), price: readNumber(given['price']) },
    compare_at_price: readNumber(given['compare_at_price']),
    in_stock: given['in_stock'] === true,
    url: readLink(given['url']) ?? variantUrl(product_url, id),
    image_url: readLink(given['image_url']) ?? image,
    selected_options: readSelected(given['selected_options']),
    sku: readText(given['sku']),
  }
}

function variantUrl(product_url: string, id: string): string {
  const url = new URL(product_url)
  url.searchParams.set('variant', id)
  return url.href
}
