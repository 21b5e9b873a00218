import { describe, expect, it } from 'vitest'
import { isSecretFile, isSecretLine, isSecretWord } from '../../../src/core/kernel/secret-text.ts'

describe('what is likely a secret', () => {
  it.each([
    '.env',
    'app/.env.production',
    'id_rsa',
    'certs/server.pem',
    'config/secrets.yml',
    '.npmrc',
    'main.tfvars',
  ])('is the file %s', (path) => expect(isSecretFile(path)).toBe(true))

  it.each(['src/cart.ts', 'env.ts', 'src/environment.ts', 'idea.js', 'src/key-table.ts'])(
    'is not the file %s',
    (path) => expect(isSecretFile(path)).toBe(false),
  )

  it.each([
    'DB_PASSWORD=correctHorseBattery',
    'const apiKey = "abcdefghijk"',
    'stripe_secret: sk_live_abcdefgHIJKLmnop',
    'Authorization: Bearer abcdefgh',
    '-----BEGIN RSA PRIVATE KEY-----',
  ])('is the line %j', (line) => expect(isSecretLine(line)).toBe(true))

  it.each([
    'function resetPassword(user) {',
    'const total = price',
    'token(line)',
    'if (password === null) return',
  ])('is not the line %j', (line) => expect(isSecretLine(line)).toBe(false))

  it.each(['AKIAIOSFODNN7EXAMPLE', 'a1b2c3d4', 'qwertyuiopasdfghjklzxcv', 'aBcDeFgHiJkL'])(
    'is the word %s',
    (word) => expect(isSecretWord(word)).toBe(true),
  )

  it.each([
    'idempotencyKey',
    'applyDiscount',
    'HTTPSConnectionPool',
    'couponTable',
    'COUPON_TABLE_SIZE',
  ])('is not the word %s', (word) => expect(isSecretWord(word)).toBe(false))
})
