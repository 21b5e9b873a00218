/** Takes orders: prices the cart, reserves the stock, has the card charged. */
import { metrics } from '@opentelemetry/api'
import { call } from '../lib/client.js'
import { serve } from '../lib/service.js'
import { priceCart } from './price.js'
import { pieces, reserve } from './stock.js'

const payment = process.env.PAYMENT_URL
const carts = new Map()
const cartsMax = 1_000
/** Beyond it a person looks at the order first. */
const amountMax = 900
const orders = metrics.getMeter('checkout').createCounter('shop.orders', { unit: '{order}' })

serve('checkout', {
  'GET /carts/:id': async ({ params }) => {
    const items = carts.get(params.id) ?? []
    return { status: 200, body: { id: params.id, pieces: pieces(items) } }
  },
  'POST /orders': async ({ body }) => {
    remember(body)
    const amount = priceCart(body)
    if (amount > amountMax) return { status: 202, body: { waits: 'for a person to look at it' } }
    const { short } = await reserve(body.items)
    if (short.length > 0) return { status: 409, body: { short } }
    const charge = await call('POST', `${payment}/charges`, { card: body.card, amount })
    if (charge.status === 402) return charge
    if (charge.status !== 200) throw new Error('payment did not go through')
    orders.add(1)
    return { status: 201, body: { amount, currency: body.currency } }
  },
})

function remember({ id, items }) {
  carts.delete(id)
  carts.set(id, items)
  if (carts.size > cartsMax) carts.delete(carts.keys().next().value)
}
