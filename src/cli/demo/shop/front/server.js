/** What browsers talk to: pages of products, carts, orders. */
import { call } from '../lib/client.js'
import { serve } from '../lib/service.js'
import { upstreams } from '../lib/upstreams.js'

const checkout = await upstreams(process.env.CHECKOUT_UPSTREAMS)

serve('front', {
  'GET /products/:sku': async ({ params }) => {
    const price = 5 + (Number(params.sku) % 40)
    return { status: 200, body: { sku: params.sku, price, text: describe(params.sku) } }
  },
  'GET /carts/:id': async ({ params }) => call('GET', `${checkout()}/carts/${params.id}`),
  'POST /orders': async ({ body }) => {
    const order = await call('POST', `${checkout()}/orders`, body)
    if (order.status >= 500) return { status: 502, body: { error: 'please try again' } }
    return order
  },
})

function describe(sku) {
  return `Product ${sku}, ready to ship`
}
