/** An end of `mmm` that is not success: what happened, why, and what to do, as lines for people. */
import { EXIT, type ExitCode } from "../errors.ts";

export class Failure extends Error {
  override readonly name = "Failure";
  readonly exitCode: ExitCode;
  readonly lines: readonly string[];

  constructor(exitCode: ExitCode, lines: readonly string[]) {
    super(lines.join("\n"));
    this.exitCode = exitCode;
    this.lines = lines;
  }
}

export function usageFailure(what: string, command: string | null): Failure {
  const help = command === null ? "mmm help" : `mmm help ${command}`;
  return new Failure(EXIT.usage, [`error: ${what}`, `try: ${help}`]);
}
