// The one way by which HTML from the server gets into the page. The server has sanitised it.
type Policy = { createHTML(html: string): unknown }
type Factory = { createPolicy(name: string, rules: { createHTML(html: string): string }): Policy }

const factory = (globalThis as { trustedTypes?: Factory }).trustedTypes
const policy: Policy = factory?.createPolicy('bodies', { createHTML: (html) => html }) ?? { createHTML: (html) => html }

/** For `dangerouslySetInnerHTML`: `<div {...body(part.body)} />`. `html` is a body as the API shows it, never anything else. */
export const body = (html: string) => ({ dangerouslySetInnerHTML: { __html: policy.createHTML(html) as string } })
