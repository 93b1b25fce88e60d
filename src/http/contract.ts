// Checks answers against the schema of their operation in the caller's version. Used outside production.
import type { TSchema } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'
import type { OperationShape } from '#versions/conversions.ts'

/** Returns a check that throws if an answer has another status or shape than declared: a bug of this server. */
export function contractCheck() {
  const compiled = new WeakMap<object, Validator>()
  return ({ id, status, answer: schema }: OperationShape, answered: number, answer: unknown) => {
    if (answered !== status) throw new Error(`${id} answers ${answered} instead of ${status}`)
    const validator = compiled.get(schema) ?? (Compile(schema as unknown as TSchema) as Validator)
    compiled.set(schema, validator)
    if (validator.Check(answer)) return
    const [first] = validator.Errors(answer)
    throw new Error(`${id} breaks its own schema at ${first?.instancePath || '/'}: ${first?.message}`)
  }
}
