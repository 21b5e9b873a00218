/**
 * The history of the demo's shop as data: what was added or edited, by whom, with which marks. Dates are fixed, so the
 * revisions are the same on every machine.
 *
 * An edit replaces a text that stands exactly once in its file. Commits of `history` are in the running version; those
 * of `harmless` ride in the release beside the one that a story plants.
 */
import type { Edit } from './edit.ts'

export interface Person {
  readonly name: string
  readonly email: string
}

export interface ShopCommit {
  readonly id: string
  readonly author: Person
  readonly message: string
  /** Folders and files of the template that this commit adds. */
  readonly adds?: readonly string[]
  readonly edits?: readonly Edit[]
  /** The tool that wrote it, where a Git AI note says so, line by line. */
  readonly note?: { readonly tool: string; readonly model: string; readonly conversation: string }
}

const mara: Person = { name: 'Mara Lindt', email: 'mara@shop.example' }
const jonas: Person = { name: 'Jonas Weir', email: 'jonas@shop.example' }
const ines: Person = { name: 'Ines Okafor', email: 'ines@shop.example' }
const dependabot: Person = {
  name: 'dependabot[bot]',
  email: '49699333+dependabot[bot]@users.noreply.github.com',
}
const claude = 'Co-Authored-By: Claude <noreply@anthropic.com>'
const copilot = 'Co-authored-by: Copilot <223556219+Copilot@users.noreply.github.com>'
const cursor = 'Co-authored-by: Cursor <cursoragent@cursor.com>'

export const history: readonly ShopCommit[] = [
  {
    id: 'start',
    author: mara,
    message: 'Start the shop with its libraries',
    adds: ['README.md', 'package.json', 'lib'],
  },
  { id: 'payment', author: jonas, message: 'Charge cards', adds: ['payment'] },
  {
    id: 'checkout',
    author: mara,
    message: 'Price carts and take orders',
    adds: ['checkout'],
  },
  {
    id: 'front',
    author: ines,
    message: `Answer browsers\n\n${claude}`,
    adds: ['front'],
  },
]

export const harmless: readonly ShopCommit[] = [
  {
    id: 'sdk',
    author: dependabot,
    message: 'Bump @opentelemetry/api from 1.9.0 to 1.10.0',
    edits: [
      {
        path: 'package.json',
        from: '"@opentelemetry/api": "1.9.0"',
        to: '"@opentelemetry/api": "1.10.0"',
      },
    ],
  },
  {
    id: 'discount-table',
    author: jonas,
    message: 'Keep the discounts in a table',
    edits: [
      {
        path: 'checkout/price.js',
        from: `  if (pieces >= 20) return amount * 0.9
  return pieces >= 10 ? amount * 0.95 : amount
}`,
        to: `  const step = discounts.find(({ from }) => pieces >= from)
  return step === undefined ? amount : amount * (1 - step.off)
}`,
      },
      {
        path: 'checkout/price.js',
        from: 'const vat = 0.2\n',
        to: `const vat = 0.2
const discounts = [
  { from: 20, off: 0.1 },
  { from: 10, off: 0.05 },
]
`,
      },
    ],
  },
  {
    id: 'front-text',
    author: ines,
    message: `Say in how many days a product ships\n\n${cursor}`,
    edits: [
      {
        path: 'front/server.js',
        from: '  return `Product ${sku}, ready to ship`',
        to: `  const days = 1 + (Number(sku) % 3)
  return \`Product \${sku}, ships in \${days} \${days === 1 ? 'day' : 'days'}\``,
      },
    ],
  },
]

/** After the planted one: the newest change is not the guilty one. */
export const harmlessAfter: readonly ShopCommit[] = [
  {
    id: 'order-number',
    author: jonas,
    message: `Answer orders with a number\n\n${copilot}`,
    edits: [
      {
        path: 'checkout/server.js',
        from: '    return { status: 201, body: { amount, currency: body.currency } }',
        to: `    lastNumber++
    return { status: 201, body: { number: lastNumber, amount, currency: body.currency } }`,
      },
      {
        path: 'checkout/server.js',
        from: 'const cartsMax = 1_000\n',
        to: 'const cartsMax = 1_000\nlet lastNumber = 0\n',
      },
    ],
  },
  {
    id: 'pieces',
    author: mara,
    message: 'Count the pieces of a cart as prices are summed',
    edits: [
      {
        path: 'checkout/stock.js',
        from: `  let sum = 0
  for (const { count } of items) sum += count
  return sum
`,
        to: '  return items.reduce((sum, { count }) => sum + count, 0)\n',
      },
    ],
  },
  {
    id: 'readme',
    author: ines,
    message: 'Say in the README how orders flow',
    edits: [
      {
        path: 'README.md',
        from: 'takes orders, `payment` charges cards.\n',
        to: 'takes orders, `payment` charges cards.\n\nAn order goes from `front` to `checkout`, and from there to `payment`.\n',
      },
    ],
  },
]

/** A real slip: the table leaves out currencies that the shop takes. */
export const currencies: ShopCommit = {
  id: 'currencies',
  author: jonas,
  message: `Round prices to what each currency has

Yen have no cents. Rates and digits now live in one table.

${claude}`,
  note: {
    tool: 'claude',
    model: 'claude-sonnet-4-5',
    conversation: '5a3b0c52-8f0e-4c4e-9f8a-2f6f1f0d7c11',
  },
  edits: [
    {
      path: 'checkout/price.js',
      from: 'const rates = { EUR: 1, USD: 1.09, GBP: 0.84, CHF: 0.94 }\n',
      to: `const currencies = {
  EUR: { perEuro: 1, digits: 2 },
  USD: { perEuro: 1.09, digits: 2 },
  GBP: { perEuro: 0.84, digits: 2 },
  CHF: { perEuro: 0.94, digits: 2 },
  JPY: { perEuro: 163, digits: 0 },
}
`,
    },
    {
      path: 'checkout/price.js',
      from: `  const rate = rates[cart.currency] ?? 1
  return round(net * (1 + vat) * rate)
}

function round(amount) {
  return Math.round(amount * 100) / 100
}
`,
      to: `  const { perEuro, digits } = currencies[cart.currency]
  return round(net * (1 + vat) * perEuro, digits)
}

function round(amount, digits) {
  const unit = 10 ** digits
  return Math.round(amount * unit) / unit
}
`,
    },
  ],
}

/** A real slip: a line's price is that of all its pieces, and is multiplied by them again. */
export const receipt: ShopCommit = {
  id: 'receipt',
  author: jonas,
  message: `Price carts by the lines of their receipt

One line an article, however often it was put into the cart; the dearest comes first.

${claude}`,
  note: {
    tool: 'claude',
    model: 'claude-sonnet-4-5',
    conversation: 'c0d84f0e-3b7a-4a55-9d0e-6d5a0c1f2b93',
  },
  edits: [
    {
      path: 'checkout/price.js',
      from: `export function subtotal(items) {
  return items.reduce((sum, { price, count }) => sum + price * count, 0)
}
`,
      to: `/** What stands on the receipt: a line an article, the dearest first. */
export function receipt(items) {
  const lines = new Map()
  for (const { sku, price, count } of items) {
    const line = lines.get(sku) ?? { sku, count: 0, price: 0 }
    line.count += count
    line.price += price * count
    lines.set(sku, line)
  }
  return [...lines.values()].sort((a, b) => b.price - a.price)
}

export function subtotal(items) {
  return receipt(items).reduce((sum, { price, count }) => sum + price * count, 0)
}
`,
    },
  ],
}

/** A real slip: one question after the other, where they were asked all at once. */
export const substitutes: ShopCommit = {
  id: 'substitutes',
  author: mara,
  message: `Offer substitutes for what is short

Asks for each item in turn, and for its substitutes where the warehouse has too few.

${claude}`,
  edits: [
    {
      path: 'checkout/stock.js',
      from: `  const answers = await Promise.all(items.map(({ sku, count }) => available(sku, count)))
  const short = items.filter((_, at) => !answers[at])
  return { reserved: items.length - short.length, short: short.map(({ sku }) => sku) }
}
`,
      to: `  const reserved = []
  const short = []
  for (const { sku, count } of items) {
    const options = []
    for (const option of [sku, ...substitutesOf(sku)]) {
      const enough = await available(option, count)
      if (enough) options.push(option)
    }
    const [chosen] = options
    if (chosen === undefined) short.push(sku)
    else reserved.push({ sku, chosen, replaced: chosen !== sku })
  }
  return { reserved: reserved.length, short }
}

/** Products of the same shelf: the two that follow, in the order of the catalogue. */
function substitutesOf(sku) {
  const shelf = Math.floor(sku / shelfSize)
  return [sku + 1, sku + 2].filter((other) => Math.floor(other / shelfSize) === shelf)
}
`,
    },
    {
      path: 'checkout/stock.js',
      from: 'const answerMs = 4\n',
      to: 'const answerMs = 4\nconst shelfSize = 10\n',
    },
  ],
}
