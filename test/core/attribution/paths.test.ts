import { describe, expect, it } from 'vitest'
import { isNonCode } from '../../../src/core/kernel/path-class.ts'
import { matchPath } from '../../../src/core/attribution/paths.ts'

const paths = [
  'front/server.js',
  'checkout/server.js',
  'checkout/src/cart.ts',
  'shop/checkout/PriceService.java',
  'shop/pricing/models.py',
  'shop/stock/models.py',
]
const context = { service: 'checkout', otherServices: ['front', 'payment'] }

describe('matchPath', () => {
  it.each([
    { frame: '/app/front/server.js', path: 'front/server.js', why: 'all of it is a suffix' },
    { frame: 'file:///tmp/x/checkout/server.js', path: 'checkout/server.js', why: 'a file URL' },
    { frame: '/tmp/x/checkout/server.js?v=3', path: 'checkout/server.js', why: 'a cache buster' },
    {
      frame: 'PriceService.java',
      path: 'shop/checkout/PriceService.java',
      why: 'Java says no more',
    },
    {
      frame: '/usr/lib/python3/site-packages/shop/stock/models.py',
      path: 'shop/stock/models.py',
      why: 'the longer suffix wins',
    },
    { frame: 'webpack:///./src/cart.ts', path: 'checkout/src/cart.ts', why: 'a source map' },
    { frame: 'C:\\app\\checkout\\src\\cart.ts', path: 'checkout/src/cart.ts', why: 'backslashes' },
    { frame: '/app/dist/cart.js', path: 'checkout/src/cart.ts', why: 'compiled by a build' },
    { frame: '/app/server.js', path: null, why: 'two files agree equally well' },
    { frame: 'models.py', path: null, why: 'two files agree equally well' },
    { frame: '/app/other/PriceService.java', path: null, why: 'another folder of the repository' },
    { frame: '/app/node_modules/x/index.js', path: null, why: 'no such file' },
    { frame: '', path: null, why: 'no name at all' },
  ])('takes $frame for $path: $why', ({ frame, path }) => {
    expect(matchPath(frame, paths)?.path ?? null).toBe(path)
  })

  it("prefers the service's own folder when nothing else decides", () => {
    expect(matchPath('/app/server.js', paths, context)?.path).toBe('checkout/server.js')
  })

  it("never takes another service's file", () => {
    expect(matchPath('/app/server.js', ['front/server.js'], context)).toBeNull()
  })

  it('counts lines only where the source itself runs', () => {
    expect(matchPath('/app/dist/cart.js', paths)?.sameLines).toBe(false)
    expect(matchPath('/app/src/cart.ts', paths)?.sameLines).toBe(true)
  })
})

describe('isNonCode', () => {
  it.each([
    { path: 'README.md', non: true, why: 'prose' },
    { path: 'docs/setup/run.sh', non: true, why: 'documents' },
    { path: 'src/cart.test.ts', non: true, why: 'a test' },
    { path: 'src/test/java/CartTest.java', non: true, why: 'a test' },
    { path: '.github/workflows/ci.yml', non: true, why: 'a pipeline' },
    { path: 'requirements.txt', non: false, why: 'dependencies run' },
    { path: 'src/latest.ts', non: false, why: 'only ends like a test' },
    { path: 'config/limits.yaml', non: false, why: 'configuration runs' },
  ])('answers $non for $path: $why', ({ path, non }) => {
    expect(isNonCode(path)).toBe(non)
  })
})
