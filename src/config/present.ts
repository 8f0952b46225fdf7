/** Puts a key into an object only when there is a value for it. */

/** `{ ...present('greeting', undefined) }` has no key `greeting`. */
export const present = <K extends string, V>(key: K, value: V | undefined): { [name in K]?: V } =>
  // The compiler takes a computed key for any text.
  (value === undefined ? {} : { [key]: value }) as { [name in K]?: V };
