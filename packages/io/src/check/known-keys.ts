/**
 * Throws unless every key of `options` is one of `known`: a misspelt option must not pass for an absent one.
 * @throws TypeError naming the first unknown key.
 */
export function requireKnownKeys(options: object, known: readonly string[], action: string): void {
  const stranger = Object.keys(options).find((key) => !known.includes(key));
  if (stranger !== undefined)
    throw new TypeError(`Cannot ${action}: there is no option "${stranger}"; expected ${known.join(", ")}`);
}
