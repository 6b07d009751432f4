/** What a host's guard is to the rest, however it was started. */
import type { GuardRequest, GuardResult } from "../../core/vip/types.ts";

/** `plain`: no guard, only the commands that a login with few rights may run. */
export type GuardMode = "installed" | "inline" | "plain";

export interface GuardLink {
  readonly mode: GuardMode;
  /**
   * Sends one request; only after `settled` of the one before. The answer is `unknown` when none
   * came within `deadlineMs`. Never rejects.
   */
  ask(request: GuardRequest, deadlineMs: number): Promise<GuardResult>;
  /** Resolves when the link cannot be used any more. */
  readonly ended: Promise<void>;
  /** Resolves when nothing that was asked is still unanswered, or the link is closed. */
  settled(): Promise<void>;
  close(): void;
}
