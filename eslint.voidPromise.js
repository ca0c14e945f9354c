/** `return void work()` and `a ? void work() : b`, which no-floating-promises lets pass. */
export const voidPromise = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { floating: 'Nobody waits for this promise. Await it, or hand it to inBackground.' },
  },
  create(context) {
    const services = context.sourceCode.parserServices
    return {
      'UnaryExpression[operator="void"]'({ argument }) {
        const type = services.getTypeAtLocation(argument)
        const parts = type.isUnion() ? type.types : [type]
        if (parts.some((part) => part.getProperty('then')))
          context.report({ node: argument, messageId: 'floating' })
      },
    }
  },
}
