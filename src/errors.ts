/**
 * Failures that end a program or a request, as exceptions of one class.
 *
 * Results of operating (a probe that times out, a command that is refused) are values, never
 * exceptions. What stands here says what failed, why, and what a person can do about it, and which
 * exit code follows. Programs compare `code`, never the text.
 */

/** The contract with scripts and service managers; the README lists it. */
export const EXIT = {
  ok: 0,
  unexpected: 1,
  usage: 2,
  config: 3,
  unreachable: 4,
  noQuorum: 5,
  degraded: 6,
  refused: 7,
  failed: 8,
  /** A fault in the program itself (EX_SOFTWARE): the service manager starts it anew. */
  fault: 70,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Every code, and the exit code that follows when it ends a program. */
const CODES = {
  USAGE: EXIT.usage,
  CONFIG_INVALID: EXIT.config,
  TLS_FILES: EXIT.config,
  TLS_MISFIT: EXIT.config,
  LISTEN_OPEN: EXIT.config,
  LISTEN_FAILED: EXIT.unexpected,
  ALREADY_RUNNING: EXIT.unexpected,
  DATA_DIR: EXIT.config,
  STORE_CORRUPT: EXIT.config,
  STORE_IO: EXIT.unexpected,
  EXPORT_INVALID: EXIT.config,
  EXPORT_UNWRITTEN: EXIT.unexpected,
  IMPORT_REFUSED: EXIT.refused,
  LOG_IO: EXIT.config,
  PID_FILE: EXIT.config,
  PACKAGE_INCOMPLETE: EXIT.unexpected,
  PEER_UNREACHABLE: EXIT.unreachable,
  FAULT: EXIT.fault,
} as const satisfies Record<string, ExitCode>;

export type ErrorCode = keyof typeof CODES;

export interface Explanation {
  /** What was attempted, on what. */
  readonly what: string;
  /** Why it did not work. */
  readonly why?: string | undefined;
  /** What a person can do. */
  readonly todo?: string | undefined;
  readonly cause?: unknown;
}

export class MmmError extends Error {
  override readonly name = "MmmError";
  readonly code: ErrorCode;
  readonly explanation: Explanation;

  constructor(code: ErrorCode, explanation: Explanation) {
    const { what, why, cause } = explanation;
    super(why === undefined ? what : `${what}: ${why}`, cause === undefined ? {} : { cause });
    this.code = code;
    this.explanation = explanation;
  }

  get exitCode(): ExitCode {
    return CODES[this.code];
  }
}

/** What, why and what to do, each on its own line. */
export function explain(error: MmmError): string {
  const { what, why, todo } = error.explanation;
  const lines = [`error: ${what}`];
  if (why !== undefined) lines.push(`  ${why}`);
  if (todo !== undefined) lines.push(`try: ${todo}`);
  return lines.join("\n");
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The `code` of a system error (`EADDRINUSE`), if it has one. */
export function systemCode(error: unknown): string | null {
  if (typeof error !== "object" || error === null || !("code" in error)) return null;
  return typeof error.code === "string" ? error.code : null;
}
