/** What a host's guard is to the rest, however it was started. */
import type { GuardRequest, GuardResult } from "../../core/vip/types.ts";

/** `plain`: no guard, only the commands that a login with few rights may run. */
export type GuardMode = "installed" | "inline" | "plain";

/** A request, and how long its answer is waited for. */
export interface Asked {
  readonly request: GuardRequest;
  readonly deadlineMs: number;
}

export interface GuardLink {
  readonly mode: GuardMode;
  /** So many requests it takes at once; at least 1. */
  readonly mostTogether: number;
  /**
   * Sends requests, at most `mostTogether`; only after `settled` of those before. Each has an answer of
   * its own, which is `unknown` when none came by its deadline. Never rejects.
   */
  ask(all: readonly Asked[]): readonly Promise<GuardResult>[];
  /** Resolves when the link cannot be used any more. */
  readonly ended: Promise<void>;
  /** Resolves when nothing that was asked is still unanswered, or the link is closed. */
  settled(): Promise<void>;
  close(): void;
}
