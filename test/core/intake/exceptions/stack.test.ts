import { describe, expect, it } from 'vitest'
import { parseStack } from '../../../../src/core/intake/exceptions/stack.ts'

describe('parseStack', () => {
  it('reads Java, newest first, the package as folders', () => {
    const frames = parseStack(
      [
        'java.lang.NullPointerException: Cannot invoke "Integer.intValue()"',
        '\tat shop.checkout.PriceService.toMajor(PriceService.java:23)',
        '\tat shop.checkout.CheckoutController$Inner.lambda$orders$0(CheckoutController.java:41) ~[app.jar:1.5.0]',
        '\tat java.base/jdk.internal.reflect.Method.invoke(Method.java:569)',
        '\tat org.springframework.web.method.support.Invocable.doInvoke(Invocable.java:205)',
        '\tat shop.checkout.Native.call(Native Method)',
        '\t... 32 more',
        'Caused by: java.io.IOException: x',
        '\tat shop.checkout.Deep.read(Deep.java:7)',
      ].join('\n'),
    )
    expect(frames).toEqual([
      {
        file: 'shop/checkout/PriceService.java',
        line: 23,
        function: 'shop.checkout.PriceService.toMajor',
        inApp: true,
      },
      {
        file: 'shop/checkout/CheckoutController.java',
        line: 41,
        function: 'shop.checkout.CheckoutController$Inner.lambda$orders$0',
        inApp: true,
      },
      {
        file: 'jdk/internal/reflect/Method.java',
        line: 569,
        function: 'jdk.internal.reflect.Method.invoke',
        inApp: false,
      },
      {
        file: 'org/springframework/web/method/support/Invocable.java',
        line: 205,
        function: 'org.springframework.web.method.support.Invocable.doInvoke',
        inApp: false,
      },
      {
        file: 'shop/checkout/Native.java',
        line: null,
        function: 'shop.checkout.Native.call',
        inApp: true,
      },
      {
        file: 'shop/checkout/Deep.java',
        line: 7,
        function: 'shop.checkout.Deep.read',
        inApp: true,
      },
    ])
  })

  it('reads Node, with and without a function', () => {
    const frames = parseStack(
      [
        'UpstreamError: stock answered 502',
        '    at call (/app/front/server.js:31:35)',
        '    at async /app/front/server.js:44:30',
        '    at async Promise.all (index 0)',
        '    at new Cart (file:///app/front/cart.ts:7:1)',
        '    at Layer.handle [as handle_request] (/app/node_modules/express/lib/layer.js:95:5)',
        '    at node:internal/process/task_queues:95:5',
        '    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)',
      ].join('\n'),
    )
    expect(
      frames.map(({ file, line, function: name, inApp }) => [file, line, name, inApp]),
    ).toEqual([
      ['/app/front/server.js', 31, 'call', true],
      ['/app/front/server.js', 44, null, true],
      ['/app/front/cart.ts', 7, 'new Cart', true],
      ['/app/node_modules/express/lib/layer.js', 95, 'Layer.handle [as handle_request]', false],
      ['node:internal/process/task_queues', 95, null, false],
      ['node:internal/process/task_queues', 105, 'process.processTicksAndRejections', false],
    ])
  })

  it('reads Python, newest last, and of a chain the exception’s own traceback', () => {
    const frames = parseStack(
      [
        'Traceback (most recent call last):',
        '  File "/app/first.py", line 1, in cause',
        '    x()',
        'KeyError: 1',
        '',
        'The above exception was the direct cause of the following exception:',
        '',
        'Traceback (most recent call last):',
        '  File "/app/venv/lib/python3.11/site-packages/flask/app.py", line 917, in full_dispatch_request',
        '    rv = self.dispatch_request()',
        '         ^^^^^^^^^^^^^^^^^^^^^^^',
        '  File "/app/payment/app.py", line 28, in call_gateway',
        '    raise GatewayTimeout(currency)',
        "GatewayTimeout: 'GBP'",
      ].join('\n'),
    )
    expect(frames).toEqual([
      { file: '/app/payment/app.py', line: 28, function: 'call_gateway', inApp: true },
      {
        file: '/app/venv/lib/python3.11/site-packages/flask/app.py',
        line: 917,
        function: 'full_dispatch_request',
        inApp: false,
      },
    ])
  })

  it('reads Go, two lines a frame, without the arguments in hex', () => {
    const frames = parseStack(
      [
        'goroutine 46 [running]:',
        'go.opentelemetry.io/otel/sdk/trace.recordStackTrace()',
        '\t/root/go/pkg/mod/go.opentelemetry.io/otel/sdk@v1.46.0/trace/span.go:527 +0x5c',
        'main.(*Stock).query(0xc0001, {0x1, 0x2})',
        '\t/app/stock/main.go:88 +0x809',
        'main.main.func1({0x7f, 0xc0}, 0xc00)',
        '\t/app/stock/main.go:120 +0x1a',
        'net/http.HandlerFunc.ServeHTTP(...)',
        '\t/usr/local/go/src/net/http/server.go:2166',
        'created by net/http.(*Server).Serve in goroutine 1',
        '\t/usr/local/go/src/net/http/server.go:3285 +0x4b4',
      ].join('\n'),
    )
    expect(
      frames.map(({ file, line, function: name, inApp }) => [
        file.split('/').at(-1),
        line,
        name,
        inApp,
      ]),
    ).toEqual([
      ['span.go', 527, 'go.opentelemetry.io/otel/sdk/trace.recordStackTrace', false],
      ['main.go', 88, 'main.(*Stock).query', true],
      ['main.go', 120, 'main.main.func1', true],
      ['server.go', 2166, 'net/http.HandlerFunc.ServeHTTP', false],
      ['server.go', 3285, 'net/http.(*Server).Serve', false],
    ])
  })

  it.each(['', 'Error: x', 'no stack here\n(at all)'])('finds no frame in %o', (text) => {
    expect(parseStack(text)).toEqual([])
  })

  it('keeps the 20 newest of an endless recursion', () => {
    const text = Array.from({ length: 5000 }, (_, n) => `    at f (/app/a.js:${n + 1}:1)`).join(
      '\n',
    )
    expect(parseStack(text).map(({ line }) => line)).toEqual(
      Array.from({ length: 20 }, (_, n) => n + 1),
    )
  })
})
