/**
 * Why there is no conversation with a Redis: the meaning of socket, TLS and protocol errors.
 * Only `refused` speaks of a dead process on a living host, so it is kept narrow: an error that
 * an operator's mistake or this monitor's own trouble may cause never becomes `refused`.
 */

export type Failure =
  /** The host answered the connection attempt: nobody listens. */
  | { readonly kind: "refused"; readonly text: string }
  /** Accepted, then closed or reset without one reply. */
  | { readonly kind: "dropped"; readonly text: string }
  | { readonly kind: "unreachable"; readonly text: string }
  | { readonly kind: "timeout"; readonly text: string }
  /** Accepted, but TLS was not answered in time: it hangs, or expects plain text. */
  | { readonly kind: "mute"; readonly text: string }
  /** No testimony: not Redis' protocol, not the expected TLS, or a trouble of this monitor. */
  | { readonly kind: "garbled"; readonly text: string };

/** No way to the host: it may be dead. A lack on this machine (files, ports) is not among them. */
const NO_WAY = new Set(["EHOSTUNREACH", "ENETUNREACH", "EHOSTDOWN", "ENETDOWN"]);

const HANGUPS = new Set(["ECONNRESET", "EPIPE", "ECONNABORTED"]);

/** Longest text that travels with votes and into logs. */
const TEXT_LIMIT = 200;

export function shorten(text: string): string {
  return text.length <= TEXT_LIMIT ? text : `${text.slice(0, TEXT_LIMIT - 1)}…`;
}

/**
 * Classifies the error with which a connection ended; null: the other side closed it in order.
 * A hang-up while TLS is being negotiated is `garbled`: Redis does that when it has too many
 * clients, and when only one side speaks TLS.
 */
export function classifyFailure(error: Error | null, negotiatingTls: boolean): Failure {
  if (error === null) return hangUp("closed by the node", negotiatingTls);
  const { code, syscall } = systemDetails(error);
  const text = shorten(error.message === "" ? code : error.message);
  if (code === "ECONNREFUSED") return { kind: "refused", text };
  if (code === "ETIMEDOUT") return { kind: "timeout", text };
  if (NO_WAY.has(code)) return { kind: "unreachable", text };
  if (!HANGUPS.has(code)) return { kind: "garbled", text };
  return syscall === "connect" ? { kind: "refused", text } : hangUp(text, negotiatingTls);
}

function hangUp(text: string, negotiatingTls: boolean): Failure {
  return negotiatingTls ? { kind: "garbled", text: `TLS: ${text}` } : { kind: "dropped", text };
}

function systemDetails(error: Error): { readonly code: string; readonly syscall: string } {
  const { code, syscall } = error as NodeJS.ErrnoException;
  return { code: code ?? "", syscall: syscall ?? "" };
}
