/** Charges cards. The gateway is slow now and then, and some cards it does not answer for. */
import { setTimeout as sleep } from 'node:timers/promises'
import { serve } from '../lib/service.js'

const gatewayMs = 5

serve('payment', {
  'POST /charges': async ({ body }) => {
    await sleep(gatewayMs + (body.card % 7))
    if (body.card % 100 === 13) return { status: 402, body: { error: 'card declined' } }
    if (body.card % 400 === 7) throw new Error('no answer from the card gateway')
    return { status: 200, body: { charged: body.amount } }
  },
})
