// Outside production, every answer is checked against the schema of its operation in the caller's version.
import type { TSchema } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'
import type { OperationShape } from '#versions/conversions.ts'

/** Returns a check that throws where an answer does not fit its schema: a bug of ours, never the caller's. */
export function contractCheck() {
  const compiled = new WeakMap<object, Validator>()
  return ({ id, answer: schema }: OperationShape, answer: unknown) => {
    const validator = compiled.get(schema) ?? (Compile(schema as unknown as TSchema) as Validator)
    compiled.set(schema, validator)
    if (validator.Check(answer)) return
    const [first] = validator.Errors(answer)
    throw new Error(`${id} breaks its own schema at ${first?.instancePath || '/'}: ${first?.message}`)
  }
}
