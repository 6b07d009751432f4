/** Names of nodes and monitors: what they may be made of. */

export const NAME_PATTERN = "[A-Za-z0-9][A-Za-z0-9_-]{0,62}";

/** Names become keys of plain objects, where these already mean something. */
export function isReservedName(name: string): boolean {
  return name in Object.prototype || name === "prototype";
}

export function isName(text: string): boolean {
  return new RegExp(`^${NAME_PATTERN}$`).test(text) && !isReservedName(text);
}
