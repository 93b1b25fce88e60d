// The text of an order from a WhatsApp catalogue: what, how many, at what price.

export type Order = { text?: string; product_items?: OrderItem[] }
/** The price is for one, in units of the currency. */
export type OrderItem = { product_retailer_id?: string; quantity?: number; item_price?: number; currency?: string }

/** Returns undefined if the order has neither a text nor items. */
export function orderText({ text, product_items: items = [] }: Order): string | undefined {
  if (!text && !items.length) return undefined
  return [text, 'Order:', ...items.map(itemText), totalText(items)].filter((line) => line).join('\n')
}

function itemText({
  product_retailer_id = 'an unknown product',
  quantity = 1,
  item_price,
  currency,
}: OrderItem): string {
  const price = item_price === undefined ? undefined : `at ${[decimal(item_price), currency].filter(Boolean).join(' ')}`
  return [`${quantity} × ${product_retailer_id}`, price].filter((part) => part).join(' ')
}

/** Only if all items have a price, in the same currency. */
function totalText(items: readonly OrderItem[]): string | undefined {
  const [first] = items
  const is_known = items.every(({ item_price, currency }) => item_price !== undefined && currency === first?.currency)
  if (!first || !is_known) return undefined
  const total = items.reduce((sum, { quantity = 1, item_price = 0 }) => sum + quantity * item_price, 0)
  return `Total: ${[decimal(total), first.currency].filter(Boolean).join(' ')}`
}

/** Sums of binary fractions have errors far behind the point. */
const decimal = (amount: number): string => String(Number(amount.toFixed(6)))
