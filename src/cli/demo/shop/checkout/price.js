/** What a cart costs. Prices in the catalogue are in euros. */

const rates = { EUR: 1, USD: 1.09, GBP: 0.84, CHF: 0.94 }
const vat = 0.2

export function subtotal(items) {
  return items.reduce((sum, { price, count }) => sum + price * count, 0)
}

function discounted(amount, items) {
  const pieces = items.reduce((sum, { count }) => sum + count, 0)
  if (pieces >= 20) return amount * 0.9
  return pieces >= 10 ? amount * 0.95 : amount
}

export function priceCart(cart) {
  const net = discounted(subtotal(cart.items), cart.items)
  const rate = rates[cart.currency] ?? 1
  return round(net * (1 + vat) * rate)
}

function round(amount) {
  return Math.round(amount * 100) / 100
}
