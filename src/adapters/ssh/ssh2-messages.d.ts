/** What ssh2 does with each type of message, by its number. Not part of what it documents. */
declare module "ssh2/lib/protocol/handlers.js" {
  interface Protocol {
    readonly _handlers: Record<
      string,
      ((protocol: Protocol, ...rest: never[]) => void) | undefined
    >;
  }
  const messages: ((protocol: Protocol, payload: Buffer) => void)[];
  export default messages;
}
