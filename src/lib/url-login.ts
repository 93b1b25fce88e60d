// The password of a URL, which people paste as it is.

/** The last `@` that a host follows ends the login. */
const WITH_PASSWORD = /^([a-z]+:\/\/[^:@/?#]*:)(.*)(@(?:\[[\da-f:.]+\]|[\w.-]+)(?::\d+)?(?:[/?][^@]*)?)$/is
const SEPARATING = /[/?#@[\]\\\s]/g

/** Returns the URL with a password that URLs can hold: what would end it is percent-encoded, and all else is as it was. */
export const withEncodedPassword = (url: string): string =>
  url.replace(
    WITH_PASSWORD,
    (_, before: string, password: string, after: string) =>
      before + password.replace(SEPARATING, (sign) => encodeURIComponent(sign)) + after,
  )
